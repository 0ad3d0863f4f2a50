using System.Net;
using System.Net.Sockets;
using Netcd.Base.GoSyntax;
using Netcd.CommandLine;
using Netcd.Proxy.Discovery;
using Netcd.Proxy.Logging;
using Netcd.Proxy.Start;

namespace Netcd.Proxy.Tcp;

/// <summary><c>etcd gateway start</c>. Source: server/etcdmain/gateway.go.</summary>
internal static class GatewayCommand
{
    public static Command Create(ProxyParts parts)
    {
        var start = new Command("start", "start the gateway")
        {
            Run = invocation => RunAsync(invocation, parts),
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

    private static async Task RunAsync(Invocation invocation, ProxyParts parts)
    {
        var log = new ProxyLog(invocation.Console, TimeProvider.System, "etcdmain/gateway.go");
        var endpoints = await EndpointsAsync(invocation, new EndpointSearch(parts.Records, log));
        var listen = await ListenAsync(invocation);
        await CheckLoopAsync(endpoints, listen, invocation);
        if (endpoints.Count == 0)
        {
            throw Refusal.OutputLine(invocation, "no endpoints found");
        }

        TcpProxy proxy;
        try
        {
            proxy = Start(invocation, listen, endpoints);
        }
        catch (SocketException refused)
        {
            var problem = refused.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? "address already in use"
                : refused.Message;
            throw Refusal.Line(invocation, $"listen tcp {listen}: bind: {problem}");
        }

        await using (proxy)
        {
            _ = parts.NotifyReady();
            new ProxyLog(invocation.Console, TimeProvider.System, "tcpproxy/userspace.go").InfoList(
                "ready to proxy client requests", null, "endpoints",
                endpoints.Select(static endpoint => endpoint.Target.ToString()));
            await Task.Delay(Timeout.InfiniteTimeSpan, invocation.Cancellation)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TcpProxy Start(Invocation invocation, IPEndPoint listen, IReadOnlyList<SrvRecord> endpoints)
    {
        var log = new ProxyLog(invocation.Console, TimeProvider.System, "tcpproxy/userspace.go");
        var delay = invocation.Duration("retry-delay");
        return new TcpProxy(new TcpProxyOptions
        {
            Listen = listen,
            Endpoints = endpoints,
            RetryDelay = delay,
            Log = (isBad, message, endpoint) =>
            {
                if (isBad)
                {
                    log.Warn(message, ("address", endpoint), ("interval", GoDuration.Format(delay)));
                }
                else
                {
                    log.Info(message, ("address", endpoint));
                }
            },
        });
    }

    private static async Task<IPEndPoint> ListenAsync(Invocation invocation)
    {
        var address = invocation.Text("listen-addr");
        if (!Endpoint.TryParse(address, out var listen))
        {
            throw Refusal.OutputLine(invocation, $"failed to validate listen address: {address}");
        }

        var addresses = await AddressesAsync(listen.Host, "failed to resolve listen host:", invocation);
        return new IPEndPoint(addresses[0], listen.Port);
    }

    private static async Task<IReadOnlyList<SrvRecord>> EndpointsAsync(Invocation invocation, EndpointSearch search)
    {
        try
        {
            var found = await search.FindAsync(
                invocation.Text("discovery-srv"), invocation.Text("discovery-srv-name"),
                invocation.Bool("insecure-discovery"), invocation.Text("trusted-ca-file"), invocation.Cancellation);
            if (found.Count > 0)
            {
                return [.. found.Select(static one => one.Record)];
            }
        }
        catch (SrvException problem)
        {
            throw Refusal.Line(invocation, problem.Message);
        }

        var endpoints = new List<SrvRecord>();
        foreach (var text in invocation.List("endpoints"))
        {
            endpoints.Add(Endpoint.TryParse(text, out var endpoint)
                ? new SrvRecord(endpoint)
                : throw Refusal.OutputLine(invocation, $"error parsing endpoint \"{text}\""));
        }

        return endpoints;
    }

    // A gateway that passes on to itself would do so for ever.
    private static async Task CheckLoopAsync(
        IReadOnlyList<SrvRecord> endpoints, IPEndPoint listen, Invocation invocation)
    {
        foreach (var (endpoint, _, _) in endpoints)
        {
            var addresses = await AddressesAsync(endpoint.Host, "failed to resolve endpoint host:", invocation);
            if (endpoint.Port == listen.Port && addresses.Contains(listen.Address))
            {
                throw Refusal.OutputLine(
                    invocation,
                    $"SRV or endpoint ({endpoint}->{listen}) should not resolve to the gateway listen addr "
                    + $"({invocation.Text("listen-addr")})");
            }
        }
    }

    private static async Task<IPAddress[]> AddressesAsync(string host, string problem, Invocation invocation)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(host, invocation.Cancellation);
        }
        catch (SocketException)
        {
            throw Refusal.OutputLine(invocation, $"{problem} {host}");
        }
    }
}
