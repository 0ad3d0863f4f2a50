using System.Net;
using System.Net.Sockets;
using Netcd.CommandLine;
using Netcd.CommandLine.Output;

namespace Netcd.Proxy.Tcp;

/// <summary><c>etcd gateway start</c>. Source: server/etcdmain/gateway.go.</summary>
internal static class GatewayCommand
{
    public static Command Create(IEndpointDiscovery discovery)
    {
        var start = new Command("start", "start the gateway")
        {
            Run = invocation => RunAsync(invocation, discovery),
        };
        start.Flags.String("listen-addr", "127.0.0.1:23790", "listen address");
        start.Flags.String("discovery-srv", "", "DNS domain used to bootstrap initial cluster");
        start.Flags.String("discovery-srv-name", "", "service name to query when using DNS discovery");
        start.Flags.Bool("insecure-discovery", initial: false, "accept insecure SRV records");
        start.Flags.String(
            "trusted-ca-file",
            "",
            "path to the client server TLS CA file for verifying the discovered endpoints when discovery-srv is "
            + "provided.");
        start.Flags.List("endpoints", ["127.0.0.1:2379"], "comma separated etcd cluster endpoints");
        start.Flags.Duration(
            "retry-delay", TimeSpan.FromMinutes(1), "duration of delay before retrying failed endpoints");
        return new Command("gateway <subcommand>", "gateway related command").Add(start);
    }

    private static async Task RunAsync(Invocation invocation, IEndpointDiscovery discovery)
    {
        var listen = await ListenAsync(invocation.Text("listen-addr"), invocation.Cancellation);
        var endpoints = await EndpointsAsync(invocation, discovery);
        await CheckLoopAsync(endpoints, listen, invocation);
        TcpProxy proxy;
        try
        {
            proxy = new TcpProxy(new TcpProxyOptions
            {
                Listen = listen,
                Endpoints = endpoints,
                RetryDelay = invocation.Duration("retry-delay"),
                Log = (level, message, endpoint) => Log(invocation, level, message, ("address", endpoint)),
            });
        }
        catch (SocketException refused)
        {
            var problem = refused.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? "address already in use"
                : refused.Message;
            throw new ExitException(ExitCodes.Error, $"listen tcp {listen}: bind: {problem}");
        }

        await using (proxy)
        {
            Log(
                invocation, "info", "ready to proxy client requests",
                ("endpoints", string.Join(',', endpoints.Select(static endpoint => endpoint.ToString()))));
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, invocation.Cancellation);
            }
            catch (OperationCanceledException)
            {
                // Asked to end.
            }
        }
    }

    private static void Log(Invocation invocation, string level, string message, (string Name, string Value) field) =>
        invocation.Console.WriteErrorLine(LogLine.Json(
            TimeProvider.System.GetUtcNow().UtcDateTime,
            level,
            "",
            "tcpproxy/userspace.go",
            message,
            json => json.Name(field.Name).String(field.Value)));

    private static async Task<IPEndPoint> ListenAsync(string address, CancellationToken cancellation)
    {
        if (!Endpoint.TryParse(address, out var listen))
        {
            throw new ExitException(ExitCodes.Error, $"failed to validate listen address: {address}");
        }

        return new IPEndPoint(
            (await AddressesAsync(listen.Host, "failed to resolve listen host:", cancellation))[0], listen.Port);
    }

    private static async Task<IReadOnlyList<Endpoint>> EndpointsAsync(
        Invocation invocation, IEndpointDiscovery discovery)
    {
        if (invocation.Text("discovery-srv") is { Length: > 0 } domain)
        {
            var suffix = invocation.Text("discovery-srv-name") is { Length: > 0 } name ? $"-{name}" : "";
            foreach (var service in new[] { "etcd-client-ssl", "etcd-client" })
            {
                var found = await discovery.LookUpAsync($"_{service}{suffix}._tcp.{domain}", invocation.Cancellation);
                if (found.Count > 0)
                {
                    return found;
                }
            }
        }

        var endpoints = new List<Endpoint>();
        foreach (var text in invocation.List("endpoints"))
        {
            endpoints.Add(Endpoint.TryParse(text, out var endpoint)
                ? endpoint
                : throw new ExitException(ExitCodes.Error, $"error parsing endpoint \"{text}\""));
        }

        return endpoints.Count > 0 ? endpoints : throw new ExitException(ExitCodes.Error, "no endpoints found");
    }

    // A gateway that passes on to itself would do so for ever.
    private static async Task CheckLoopAsync(
        IReadOnlyList<Endpoint> endpoints, IPEndPoint listen, Invocation invocation)
    {
        foreach (var endpoint in endpoints)
        {
            var addresses = await AddressesAsync(
                endpoint.Host, "failed to resolve endpoint host:", invocation.Cancellation);
            if (endpoint.Port == listen.Port && addresses.Contains(listen.Address))
            {
                throw new ExitException(
                    ExitCodes.Error,
                    $"SRV or endpoint ({endpoint}->{listen}) should not resolve to the gateway listen addr "
                    + $"({invocation.Text("listen-addr")})");
            }
        }
    }

    private static async Task<IPAddress[]> AddressesAsync(string host, string problem, CancellationToken cancellation)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellation);
        }
        catch (SocketException)
        {
            throw new ExitException(ExitCodes.Error, $"{problem} {host}");
        }
    }
}
