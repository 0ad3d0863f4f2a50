using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance;

/// <summary>
/// A data directory that belongs to a running member: a second process waits until it is given up, says so after ten
/// seconds, and does no harm meanwhile. Each program waits for the other.
/// </summary>
public sealed class DataInUseTests
{
    private const string Waiting = "db file is flocked by another process, or taking too long";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(ServerKind.Netcd, ServerKind.Netcd)]
    [InlineData(ServerKind.Go, ServerKind.Netcd)]
    [InlineData(ServerKind.Netcd, ServerKind.Go)]
    public async Task Second_process_waits_and_serves_once_the_first_has_ended(ServerKind holder, ServerKind waiter)
    {
        using var directory = new TemporaryDirectory();
        var data = directory.File("data");
        var advertised = $"http://127.0.0.1:{FreePorts.Take()}";
        await using var first = Launch(holder, data, advertised);
        await first.WaitReadyAsync();
        using var client = new V3Client(first.ClientUrl);
        await client.PutAsync("a", "1");

        await using var second = Launch(waiter, data, advertised);
        await second.WaitForLogAsync(Waiting, Limit);
        Assert.DoesNotContain("serving client traffic", second.Log, StringComparison.Ordinal);
        await client.PutAsync("a", "2");

        await first.StopAsync();
        await second.WaitReadyAsync();
        using var later = new V3Client(second.ClientUrl);
        Assert.Equal("2", (await later.EverythingAsync()).Kvs.Single().Value.ToStringUtf8());
    }

    [Theory]
    [InlineData(ServerKind.Netcd)]
    [InlineData(ServerKind.Go)]
    public async Task Waiting_process_ends_when_told_to(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        var advertised = $"http://127.0.0.1:{FreePorts.Take()}";
        await using var first = Launch(ServerKind.Netcd, directory.File("data"), advertised);
        await first.WaitReadyAsync();
        await using var second = Launch(kind, directory.File("data"), advertised);
        await second.WaitForLogAsync("starting an etcd server", Limit);
        Assert.Equal(143, await second.StopAsync());
        using var client = new V3Client(first.ClientUrl);
        await client.PutAsync("still", "alive");
    }

    [Theory]
    [InlineData(ServerKind.Netcd)]
    [InlineData(ServerKind.Go)]
    public async Task Same_command_given_twice_is_refused_for_its_addresses(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        var (clientPort, peerPort) = (FreePorts.Take(), FreePorts.Take());
        await using var first = await EtcdServer.StartAsync(
            kind, directory.File("data"), clientPort, peerPort);
        var client = $"http://127.0.0.1:{clientPort}";
        var peer = $"http://127.0.0.1:{peerPort}";
        await using var second = EtcdServer.Launch(
            kind, client, "--name=m1", $"--data-dir={directory.File("data")}", $"--listen-client-urls={client}",
            $"--advertise-client-urls={client}", $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}",
            $"--initial-cluster=m1={peer}");
        Assert.Equal(1, await second.WaitForExitAsync());
        Assert.Contains(
            $"listen tcp 127.0.0.1:{peerPort}: bind: address already in use", second.Log, StringComparison.Ordinal);
        Assert.False(first.HasExited);
    }

    private static EtcdServer Launch(ServerKind kind, string data, string advertised)
    {
        var client = $"http://127.0.0.1:{FreePorts.Take()}";
        return EtcdServer.Launch(
            kind, client, "--name=m1", $"--data-dir={data}", $"--listen-client-urls={client}",
            $"--advertise-client-urls={client}", $"--listen-peer-urls=http://127.0.0.1:{FreePorts.Take()}",
            $"--initial-advertise-peer-urls={advertised}", $"--initial-cluster=m1={advertised}");
    }
}
