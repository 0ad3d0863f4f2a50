using System.Net;
using System.Net.Sockets;
using Netcd.Daemon.Discovery;

namespace Netcd.Daemon.Tests.Discovery;

/// <summary>A discovery service that goes silent is given up after the time of the one flag that is for it.</summary>
public sealed class GrpcRegistryTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);

    // The framework's shortest time for pings.
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public GrpcRegistryTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    // --discovery-dial-timeout: connections are taken by the kernel, but nobody shakes hands.
    [Fact]
    public async Task A_connection_that_is_not_made_ends_after_the_dial_timeout()
    {
        using var registry = new GrpcRegistry(Options("https") with { DialTimeout = Soon });
        await RefusedAsync(registry.GetAsync("key", isPrefix: false, CancellationToken.None));
    }

    // --discovery-request-timeout
    [Fact]
    public async Task A_request_that_is_not_answered_ends_after_the_request_timeout()
    {
        using var registry = new GrpcRegistry(Options("http") with { RequestTimeout = Soon });
        await RefusedAsync(registry.GetAsync("key", isPrefix: false, CancellationToken.None));
    }

    // --discovery-keepalive-time and --discovery-keepalive-timeout
    [Fact]
    public async Task A_watch_ends_when_pings_are_not_answered()
    {
        using var registry = new GrpcRegistry(
            Options("http") with { KeepAliveTime = Second, KeepAliveTimeout = Second });
        await using var watch = registry.WatchAsync("key", 1, CancellationToken.None).GetAsyncEnumerator();
        var next = watch.MoveNextAsync().AsTask();

        // The server says once that it is there (empty SETTINGS) and then nothing more.
        using var connection = await _listener.AcceptTcpClientAsync().WaitAsync(Patience);
        await connection.GetStream().WriteAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 });
        await RefusedAsync(next);
    }

    private RegistryOptions Options(string scheme) => new()
    {
        Endpoints = [$"{scheme}://{_listener.LocalEndpoint}"],
        DialTimeout = Never,
        RequestTimeout = Never,
        KeepAliveTime = Never,
        KeepAliveTimeout = Never,
    };

    private static Task<RegistryException> RefusedAsync(Task call) =>
        Assert.ThrowsAsync<RegistryException>(() => call.WaitAsync(Patience));
}
