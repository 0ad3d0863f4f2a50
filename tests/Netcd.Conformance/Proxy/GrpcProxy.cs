using System.Diagnostics;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Proxy;

/// <summary>Starts <c>etcd grpc-proxy</c>, ours or Go's.</summary>
internal static class GrpcProxy
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>A proxy before these endpoints that serves clients.</summary>
    public static Task<EtcdServer> StartAsync(ServerKind kind, string endpoints, params string[] flags) =>
        StartAsync(kind, "http", endpoints, flags);

    /// <summary>The same with the scheme that its clients need.</summary>
    public static async Task<EtcdServer> StartAsync(
        ServerKind kind, string scheme, string endpoints, string[] flags)
    {
        var address = $"127.0.0.1:{FreePorts.Take()}";
        string[] arguments =
        [
            "grpc-proxy", "start", $"--listen-addr={address}", $"--advertise-client-url={address}",
            $"--endpoints={endpoints}", .. flags,
        ];
        var proxy = EtcdServer.Launch(kind, $"{scheme}://{address}", arguments);
        try
        {
            await proxy.WaitForLogAsync("started gRPC proxy", Limit);
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks until the answer is as wanted.</summary>
    public static async Task WaitAsync(Func<Task<bool>> isDone, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await isDone())
        {
            Assert.True(clock.Elapsed < Limit, what);
            await Task.Delay(20);
        }
    }

    /// <summary>A number of the proxy's or a member's metrics page.</summary>
    public static async Task<double> MetricAsync(string url, string name)
    {
        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri(url));
        var line = page.Split('\n').FirstOrDefault(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[(name.Length + 1)..]);
    }
}
