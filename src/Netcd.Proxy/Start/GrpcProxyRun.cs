using System.Net;
using System.Net.Sockets;
using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Grpc.Server;
using Netcd.Grpc.Server.Tls;
using Netcd.Proxy.Discovery;
using Netcd.Proxy.Logging;
using Netcd.Proxy.Web;

namespace Netcd.Proxy.Start;

/// <summary>One run of a grpc-proxy, from its flags to the signal that ends it.</summary>
internal sealed class GrpcProxyRun(Invocation invocation, ProxyParts parts, TimeProvider time)
{
    private readonly ProxyLog _log = new(
        invocation.Console, time, "etcdmain/grpc_proxy.go", invocation.Bool("debug"));

    private readonly CancellationToken _stop = invocation.Cancellation;

    public async Task RunAsync()
    {
        if (ArgumentCheck.FindProblem(invocation) is { } problem)
        {
            throw Refusal.Line(invocation, problem);
        }

        var tls = ListenerTlsOf();
        var listen = await ListenAsync();
        var server = TlsServerOf(tls);
        await using var client = ClientOf(MemberConnection.Options(invocation, await EndpointsAsync(), _log));
        await using var self = SelfOf(tls);
        await using var service = new ProxyService(client, ServiceOptions(), _log, time);
        await using var pages = new ProxyPages(
            service, new MemberPages(invocation, client.Endpoints), self, _log, invocation.Bool("enable-pprof"));
        await using var host = new GrpcHost(HostOptions(service, pages, listen, server));
        await StartAsync(host, listen);
        await service.StartAsync(_stop);
        Tell();
        await Task.Delay(Timeout.InfiniteTimeSpan, _stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _log.Info("stop listening gRPC proxy client requests", ("address", invocation.Text("listen-addr")));
    }

    private ListenerTls? ListenerTlsOf()
    {
        try
        {
            return ListenerTls.Of(invocation, time, _log);
        }
        catch (TlsConfigurationException problem)
        {
            throw Refusal.Fatal(invocation, time, problem.Message);
        }
    }

    private async Task<IPEndPoint> ListenAsync()
    {
        var (address, problem) = await ListenAddress.ResolveAsync(invocation.Text("listen-addr"), _stop);
        return address ?? throw Refusal.Line(invocation, problem);
    }

    private async Task<IReadOnlyList<string>> EndpointsAsync()
    {
        try
        {
            var found = await new EndpointSearch(parts.Records, _log).FindAsync(
                invocation.Text("discovery-srv"), invocation.Text("discovery-srv-name"),
                invocation.Bool("insecure-discovery"), invocation.Text("cacert"), _stop);
            return found.Count > 0 ? [.. found.Select(static one => one.Url)] : invocation.List("endpoints");
        }
        catch (SrvException problem)
        {
            throw Refusal.Line(invocation, problem.Message);
        }
    }

    private EtcdClient ClientOf(EtcdClientOptions options)
    {
        try
        {
            return new EtcdClient(options);
        }
        catch (Exception problem) when (problem is ArgumentException or IOException
            or System.Security.Cryptography.CryptographicException)
        {
            throw Refusal.Line(invocation, problem.Message);
        }
    }

    // The proxy as its clients see it, for its own health.
    private EtcdClient? SelfOf(ListenerTls? tls)
    {
        var advertised = invocation.Text("advertise-client-url");
        if (advertised.Length == 0)
        {
            return null;
        }

        var client = ClientOf(new EtcdClientOptions
        {
            Endpoints = [advertised],
            FailsFast = true,
            KeepAliveTime = null,
            Tls = tls is null
                ? null
                : new EtcdTlsOptions
                {
                    CaFile = tls.Options.TrustedCAFile is { Length: > 0 } trusted ? trusted : null,
                    CertificateFile = tls.Options.CertFile,
                    KeyFile = tls.Options.KeyFile,
                    InsecureSkipVerify = tls.IsSelfSigned,
                },
        });
        _log.Info("create proxy client", ("grpcProxyAdvertiseClientURL", advertised));
        return client;
    }

    private ProxyServiceOptions ServiceOptions() => new()
    {
        Namespace = invocation.Text("namespace"),
        AdvertisedUrl = invocation.Text("advertise-client-url"),
        ResolverPrefix = invocation.Text("resolver-prefix"),
        ResolverTtlSeconds = (int)Math.Min(int.MaxValue, invocation.Number("resolver-ttl")),
        IsOrdered = invocation.Bool("experimental-serializable-ordering"),
        LeasingPrefix = invocation.Text("experimental-leasing-prefix"),
    };

    private GrpcHostOptions HostOptions(
        ProxyService service, ProxyPages pages, IPEndPoint listen, TlsServer? server)
    {
        var listeners = new List<ListenerOptions> { new() { EndPoint = listen, Tls = server } };
        if (MetricsListener(server) is { } metrics)
        {
            listeners.Add(new ListenerOptions
            {
                EndPoint = metrics.EndPoint, Tls = metrics.Tls, ServesGrpc = false, Web = pages.HandleMetricsAsync,
            });
            _log.Info("gRPC proxy listening for metrics", ("address", invocation.Text("metrics-addr")));
        }

        return new GrpcHostOptions
        {
            Listeners = listeners,
            Methods = service.Methods,
            Web = pages.HandleAsync,
            Logger = new HostLogger(_log),
            Limits = new GrpcLimits
            {
                ReceiveBytesMax = Limits.ReceiveBytesMax,
                StreamQueueBytesMax = Limits.StreamQueueBytesMax,
                StreamsPerConnectionMax = (uint)invocation.Unsigned("max-concurrent-streams"),
                KeepAliveMinTime = invocation.Duration("grpc-keepalive-min-time"),
                KeepAliveInterval = invocation.Duration("grpc-keepalive-interval"),
                KeepAliveTimeout = invocation.Duration("grpc-keepalive-timeout"),
            },
        };
    }

    private TlsServer? TlsServerOf(ListenerTls? tls)
    {
        try
        {
            return tls is null ? null : new TlsServer(tls.Options, time, new HostLogger(_log));
        }
        catch (TlsConfigurationException problem)
        {
            _log.Fatal("failed to create TLS listener", ("error", problem.Message));
            throw new ExitException(ExitCodes.Error);
        }
    }

    private (IPEndPoint EndPoint, TlsServer? Tls)? MetricsListener(TlsServer? tls)
    {
        var text = invocation.Text("metrics-addr");
        if (text.Length == 0)
        {
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw Refusal.Bare(invocation, $"cannot parse \"{text}\"");
        }

        if (url.Scheme == "https" && tls is null)
        {
            throw Refusal.Line(
                invocation,
                $"cannot listen on TLS for https://{url.Authority}: KeyFile and CertFile are not presented");
        }

        var address = IPAddress.TryParse(url.DnsSafeHost, out var literal)
            ? literal
            : throw Refusal.Bare(invocation, $"cannot parse \"{text}\"");
        return (new IPEndPoint(address, url.Port), url.Scheme == "https" ? tls : null);
    }

    private async Task StartAsync(GrpcHost host, IPEndPoint listen)
    {
        try
        {
            await host.StartAsync(_stop);
        }
        catch (Exception refused) when (refused is IOException or SocketException)
        {
            var taken = refused is IOException || refused is SocketException
            {
                SocketErrorCode: SocketError.AddressAlreadyInUse,
            };
            var reason = taken ? "address already in use" : refused.Message.ToLowerInvariant();
            throw Refusal.Line(invocation, $"listen tcp {listen}: bind: {reason}");
        }

        _log.Info("listening for gRPC proxy client requests", ("address", invocation.Text("listen-addr")));
    }

    private void Tell()
    {
        _log.Info("started gRPC proxy", ("address", invocation.Text("listen-addr")));
        _log.Info("notifying init daemon");
        if (parts.NotifyReady() is { } problem)
        {
            _log.Error("failed to notify systemd for readiness", ("error", problem));
        }
        else
        {
            _log.Info("successfully notified init daemon");
        }

        if (invocation.Text("metrics-addr").Length > 0)
        {
            _log.Info("gRPC proxy server metrics URL serving");
        }
    }
}
