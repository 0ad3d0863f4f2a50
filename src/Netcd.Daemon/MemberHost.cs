using System.Globalization;
using Netcd.Api;
using Netcd.Api.Metrics;
using Netcd.Base.GoSyntax;
using Netcd.Daemon.Flags;
using Netcd.Daemon.Logging;
using Netcd.Daemon.Serving;
using Netcd.Grpc.Server;
using Netcd.Grpc.Server.Tls;
using Netcd.Peer;
using Netcd.Server;

namespace Netcd.Daemon;

/// <summary>A member with its listeners. Started whole or not at all; disposing closes listeners, then files.</summary>
internal sealed class MemberHost : IAsyncDisposable
{
    // Open calls may finish this long after a stop was asked for; watches never would.
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMilliseconds(500);

    private readonly PeerTransport _transport;
    private readonly List<GrpcHost> _hosts = [];
    private GrpcHost? _peerHost;
    private Member? _member;
    private ApiServer? _api;
    private CallWatch? _calls;
    private IDisposable? _tracing;

    private MemberHost(PeerTransport transport) => _transport = transport;

    /// <exception cref="StartException">The flags, the data or the addresses do not allow a start.</exception>
    public static async Task<MemberHost> StartAsync(
        DaemonOptions options,
        ILoggerFactory loggers,
        ZapLoggerProvider provider,
        Action<Exception> fatal,
        Action removed,
        CancellationToken cancellation)
    {
        var logger = loggers.CreateLogger("Netcd.Daemon.Serving");
        CheckSchemes(options);
        var clientTls = TlsSettings.Client(options, logger);
        var peerTls = TlsSettings.Peer(options, logger);
        var tokens = AuthSettings.Tokens(options, logger);
        LogStart(options, logger);
        ListenAddress.CheckFree(
        options.Values.Bool("socket-reuse-port") ? [] :
        [
            .. options.ListenPeerUrls, .. options.ListenClientUrls, .. options.ListenClientHttpUrls,
            .. options.ListenMetricsUrls,
        ]);
        CheckRetention(options.Values);
        var host = new MemberHost(new PeerTransport(HostSettings.Peers(
            options,
            TlsSettings.PeerClient(options, logger),
            LocalAddress.Of(options, logger),
            loggers.CreateLogger("Netcd.Peer.Rafthttp"))));
        try
        {
            await host.ServePeersAsync(options, peerTls, logger, fatal);
            var member = await host.OpenAsync(
                options, tokens, loggers, provider, fatal, removed, cancellation);
            if (!await member.IsSoundAtStartAsync())
            {
                throw new StartException($"{member.Id} found data inconsistency with peers");
            }

            member.Start();
            await member.Ready.WaitAsync(cancellation);
            Log.Ready(logger);
            await host.ServeClientsAsync(options, clientTls, logger, fatal);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // First of all: what clients ask meanwhile goes on to the new leader, and nobody waits for an election.
        await (_member?.HandOverAsync(CancellationToken.None) ?? Task.CompletedTask);
        using var drain = new CancellationTokenSource(DrainLimit);
        foreach (var host in _hosts)
        {
            await host.StopAsync(drain.Token);
            await host.DisposeAsync();
        }

        _tracing?.Dispose();

        // Peers are listened to until the member has ended.
        _api?.Dispose();
        _transport.Service = null;
        _member?.Dispose();
        await _transport.DisposeAsync();
        if (_peerHost is not null)
        {
            await _peerHost.DisposeAsync();
        }
    }

    private static void CheckSchemes(DaemonOptions options)
    {
        var values = options.Values;
        var hasClientCertificate = values.Text("cert-file").Length > 0 || values.Bool("auto-tls");

        // One of them without the other is found out where they are read.
        var hasPeerCertificate = values.Text("peer-cert-file").Length > 0 || values.Text("peer-key-file").Length > 0
            || values.Bool("peer-auto-tls");
        foreach (var url in options.ListenPeerUrls)
        {
            if (url.IsTls && !hasPeerCertificate)
            {
                throw new StartException(
                    $"cannot listen on TLS for {url.Address}: KeyFile and CertFile are not presented");
            }
        }

        foreach (var url in options.ListenClientUrls.Concat(options.ListenClientHttpUrls))
        {
            if (url.IsTls && !hasClientCertificate)
            {
                throw new StartException(
                    $"TLS key/cert (--cert-file, --key-file) must be provided for client url {url} with HTTPS scheme");
            }
        }

        if (options.ListenMetricsUrls.Any(url => url.IsTls) && !hasClientCertificate)
        {
            throw new StartException(
                "client TLS key/cert (--cert-file, --key-file) must be provided for metrics secure url");
        }

        if (CipherSuites.Validate(options.Values.Words("cipher-suites")) is { } unknown)
        {
            throw new StartException(unknown);
        }

        if (options.ListenClientUrls.Intersect(options.ListenClientHttpUrls).FirstOrDefault() is { } both)
        {
            throw new StartException(
                $"cannot bind both --listen-client-urls and --listen-client-http-urls on the same url {both}");
        }
    }

    // A whole number counts hours or revisions, whatever the mode; anything else is a duration.
    private static void CheckRetention(FlagValues values)
    {
        var text = values.Text("auto-compaction-retention");
        var isNumber = long.TryParse(
            text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= 0;
        if (text.Length > 0 && !isNumber && !GoDuration.TryParse(text, out _))
        {
            throw new StartException($"error parsing CompactionRetention: {GoDuration.Error(text)}");
        }
    }

    private static ListenerOptions Listener(
        DaemonOptions options, EtcdUrl url, TlsServer? tls, string kind, bool servesGrpc = true, bool servesWeb = true,
        RequestDelegate? web = null) => new()
    {
        ReusesPort = options.Values.Bool("socket-reuse-port"),
        ReusesAddress = options.Values.Bool("socket-reuse-address"),
        EndPoint = ListenAddress.Of(url),
        Tls = url.IsTls ? tls : null,
        Kind = kind,
        ServesGrpc = servesGrpc,
        ServesWeb = servesWeb,
        Web = web,
    };

    private static async Task StartAsync(GrpcHost host, IReadOnlyList<EtcdUrl> urls)
    {
        try
        {
            await host.StartAsync();
        }
        catch (IOException problem)
        {
            var inUse = problem.Message.Contains("in use", StringComparison.OrdinalIgnoreCase);
            var url = urls.FirstOrDefault(url => problem.Message.Contains(url.Address, StringComparison.Ordinal))
                ?? urls[0];
            throw new StartException(
                ListenAddress.BindError(url, inUse ? "address already in use" : problem.Message), problem);
        }
    }

    private static void LogStart(DaemonOptions options, ILogger logger) =>
        Log.Starting(
            logger, ProductVersion.Etcd, ProductVersion.Own, options.Name, options.DataDirectory,
            options.HeartbeatInterval, options.ElectionTimeout, options.SnapshotCount, Texts(options.AdvertisePeerUrls),
            Texts(options.ListenPeerUrls), Texts(options.AdvertiseClientUrls), Texts(options.ListenClientUrls),
            Texts(options.ListenMetricsUrls), options.InitialCluster, options.Values.Text("initial-cluster-state"),
            options.Values.Text("initial-cluster-token"), options.QuotaBytes, options.MaxRequestBytes);

    private static string[] Texts(IEnumerable<EtcdUrl> urls) => [.. urls.Select(url => url.Text)];

    private async Task<Member> OpenAsync(
        DaemonOptions options, AuthTokenSettings tokens, ILoggerFactory loggers, ZapLoggerProvider provider,
        Action<Exception> fatal, Action removed, CancellationToken cancellation)
    {
        var member = await MemberSettings.OpenAsync(
            options, _transport, _transport.Client, new MemberLog(provider),
            loggers.CreateLogger("Netcd.Daemon.Serving"), fatal, removed, cancellation);
        _member = member;
        _transport.Service = member.PeerService;
        var page = new MetricsPage();
        _tracing = Tracing.Start(options);
        _calls = new CallWatch(
            HostSettings.Calls(options, traces: _tracing is not null),
            page,
            TimeProvider.System,
            loggers.CreateLogger("Netcd.V3rpc.Interceptor"));
        PeerPage.Add(page, _transport.Metrics);
        PeerPage.AddKnown(page, member);
        _api = new ApiServer(
            member, HostSettings.Api(options, tokens, provider), page, TimeProvider.System,
            loggers.CreateLogger("Netcd.Api.Etcd"), _calls);
        return member;
    }

    // Before the member is opened: an address that is taken is found out first, and other members that start at the
    // same time get an answer.
    private async Task ServePeersAsync(
        DaemonOptions options, TlsServer? tls, ILogger logger, Action<Exception> fatal)
    {
        var host = new GrpcHost(new GrpcHostOptions
        {
            Listeners =
            [
                .. options.ListenPeerUrls.Select(url => Listener(
                    options, url, tls, "peer", servesGrpc: false, web: _transport.HandleAsync)),
            ],
            Logger = logger,
            Fatal = fatal,
        });
        _peerHost = host;
        await StartAsync(host, options.ListenPeerUrls);
        foreach (var url in options.ListenPeerUrls)
        {
            Log.ServingPeers(logger, url.Address);
        }
    }

    private async Task ServeClientsAsync(
        DaemonOptions options, TlsServer? tls, ILogger logger, Action<Exception> fatal)
    {
        // Not null: the member was opened before.
        var api = _api!;
        var hasHttp = options.ListenClientHttpUrls.Count > 0;
        List<ListenerOptions> listeners =
        [
            .. options.ListenClientUrls.Select(url => Listener(options, url, tls, "client", servesWeb: !hasHttp)),
            .. options.ListenClientHttpUrls.Select(url => Listener(options, url, tls, "client", servesGrpc: false)),
            .. options.ListenMetricsUrls.Select(url =>
                Listener(options, url, tls, "metrics", servesGrpc: false, web: api.HandleMetricsAsync)),
        ];
        var host = new GrpcHost(new GrpcHostOptions
        {
            Listeners = listeners,
            Methods = api.Methods,
            Web = api.HandleWebAsync,
            Logger = logger,
            Fatal = fatal,
            Observer = _calls,
            Limits = HostSettings.Limits(options),
        });
        _hosts.Add(host);
        await StartAsync(
            host, [.. options.ListenClientUrls, .. options.ListenClientHttpUrls, .. options.ListenMetricsUrls]);
        foreach (var url in options.ListenClientUrls.Concat(options.ListenClientHttpUrls))
        {
            var traffic = hasHttp ? options.ListenClientUrls.Contains(url) ? "grpc" : "http" : "grpc+http";
            if (url.IsTls)
            {
                Log.ServingSecurely(logger, traffic, url.Address);
            }
            else
            {
                Log.ServingInsecurely(logger, traffic, url.Address);
            }
        }

        foreach (var url in options.ListenMetricsUrls)
        {
            Log.ServingMetrics(logger, url.Address);
        }
    }
}
