using System.Net;
using System.Net.Sockets;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Ctl;

/// <summary>Ctrl-C on a terminal in the middle of long work: the work ends, and no half of a file stays.</summary>
public sealed class CtlInterruptTests
{
    private const string Good = "a snapshot of yesterday";
    private const int InterruptedExit = 130;

    // Enough for the first parts of a snapshot, and far from all of it.
    private const int PassedBytes = 300_000;

    // The bar comes after half a second: a processor that sums up 3 GB in less is not in sight. The file is one hole.
    private const long LongSnapshotBytes = (3L << 30) + 32;

    [Fact]
    public async Task Download_ends_and_leaves_the_good_snapshot()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        var put = await CtlTool.Netcd.RunAsync(
            [$"--endpoints={server.ClientUrl}", "put", "big"], new string('x', 1_000_000));
        Assert.Equal("OK\n", put.Success);
        await using var relay = new StallingRelay(new Uri(server.ClientUrl).Port, PassedBytes);
        var file = directory.File("s.db");
        await File.WriteAllTextAsync(file, Good);
        var shown = await Terminal.RunAsync(
            [CtlTool.Netcd.Path(), $"--endpoints=127.0.0.1:{relay.Port}", "snapshot", "save", file],
            null,
            "expect snapshot [", "send \\x03", "expect Error: interrupted; nothing was saved");
        Assert.EndsWith($"[exit {InterruptedExit}]\n", shown, StringComparison.Ordinal);
        Assert.Equal(Good, await File.ReadAllTextAsync(file));
        Assert.Equal([file], Directory.GetFiles(directory.Path));
    }

    [Fact]
    public async Task Restore_shows_a_bar_and_ends_without_a_directory()
    {
        using var directory = new TemporaryDirectory();
        var snapshot = directory.File("long.snap");
        using (var file = File.Create(snapshot))
        {
            file.SetLength(LongSnapshotBytes);
        }

        var shown = await Terminal.RunAsync(
            [Programs.NetcdUtl, "snapshot", "restore", snapshot, "--data-dir", directory.File("restored")],
            null,
            "expect copying [", "expect % ", "expect  of 3.2 GB", "send \\x03", "expect \\r\\x1b[K",
            "expect Error: interrupted; nothing was changed");
        Assert.EndsWith($"[exit {InterruptedExit}]\n", shown, StringComparison.Ordinal);
        Assert.Equal([snapshot], Directory.GetFileSystemEntries(directory.Path));
    }

    /// <summary>Passes connections on, but of all that the server says only the first bytes.</summary>
    private sealed class StallingRelay : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly int _server;
        private readonly int _bytesMax;
        private readonly Task _accepting;

        public StallingRelay(int server, int bytesMax)
        {
            _server = server;
            _bytesMax = bytesMax;
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _accepting = AcceptAsync();
        }

        public int Port { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await ((Task)_accepting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _listener.Dispose();
            _stop.Dispose();
        }

        private async Task AcceptAsync()
        {
            var passing = new List<Task>();
            try
            {
                while (true)
                {
                    passing.Add(PassAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
                }
            }
            finally
            {
                await Task.WhenAll(passing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        private async Task PassAsync(TcpClient client)
        {
            using (client)
            {
                using var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, _server, _stop.Token);
                await Task.WhenAll(
                    CopyAsync(client.GetStream(), server.GetStream(), int.MaxValue),
                    CopyAsync(server.GetStream(), client.GetStream(), _bytesMax));
            }
        }

        private async Task CopyAsync(NetworkStream from, NetworkStream to, int bytesMax)
        {
            var buffer = new byte[16 << 10];
            for (var passed = 0; ;)
            {
                var read = await from.ReadAsync(buffer, _stop.Token);
                if (read == 0)
                {
                    return;
                }

                if (passed < bytesMax)
                {
                    passed += read;
                    await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
                }
            }
        }
    }
}
