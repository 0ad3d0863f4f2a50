using Netcd.Conformance.Infrastructure;
using Netcd.TestKit;

namespace Netcd.Conformance.Clients;

/// <summary>Clients that other people wrote, on other gRPC stacks, work unchanged.</summary>
public sealed class ClientSessionTests
{
    // Each of its waits has a limit of its own, and says which one it was.
    private static readonly TimeSpan PatroniLimit = TimeSpan.FromMinutes(25);

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task Session_of_python_etcd3_passes(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"));
        var session = await Command.RunAsync("/usr/bin/python3", [Script("session.py"), Port(server)]);
        Assert.Equal("session passed\n", session.Success);
    }

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task Session_of_npm_etcd3_passes(ServerKind kind)
    {
        var modules = Path.Combine(Fixtures.RepositoryRoot, ".peers", "node", "node_modules");
        Assert.True(Directory.Exists(modules), "npm's etcd3 is missing: run tools/get-clients");
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"));
        var session = await Command.RunAsync(
            "node",
            [Script("session.js"), Port(server)],
            environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["NODE_PATH"] = modules });
        Assert.Equal("session passed\n", session.Success);
    }

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task Session_of_python_etcd3gw_passes(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"));
        var session = await Command.RunAsync("/usr/bin/python3", [Script("gateway-session.py"), Port(server)]);
        Assert.Equal("session passed\n", session.Success);
    }

    [Fact]
    public async Task Patroni_elects_fails_over_and_survives_a_restart_as_on_etcd()
    {
        var tool = Path.Combine(Fixtures.RepositoryRoot, "tools", "patroni");
        var shows = await Task.WhenAll(
            new[] { "go", "netcd" }.Select(kind => Command.RunAsync(tool, [kind], timeLimit: PatroniLimit)));
        Assert.All(shows, show => Assert.EndsWith("patroni passed\n", show.Success, StringComparison.Ordinal));
    }

    private static string Script(string name) =>
        Path.Combine(Fixtures.RepositoryRoot, "tests", "Netcd.Conformance", "Clients", name);

    private static string Port(EtcdServer server) => new Uri(server.ClientUrl).Port.ToString();
}
