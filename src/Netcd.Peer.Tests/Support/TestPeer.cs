using System.Net;
using Netcd.Grpc.Server;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Peer.Tests.Support;

/// <summary>A transport with its listener on a free port, and a member that keeps what it hears.</summary>
internal sealed class TestPeer : IAsyncDisposable
{
    // Members that do not lose each other when a busy machine stands still.
    private static readonly PeerOptions Patient = new()
    {
        ReadTimeout = TimeSpan.FromHours(1),
        WriteTimeout = TimeSpan.FromHours(1),
        ElectionTimeout = TimeSpan.FromMinutes(1),
    };

    private readonly GrpcHost _listener;

    private TestPeer(PeerTransport transport, GrpcHost listener, FakeHost host)
    {
        Transport = transport;
        _listener = listener;
        Host = host;
    }

    public PeerTransport Transport { get; }

    public FakeHost Host { get; }

    public string Url => Host.AdvertisedPeerUrls[0];

    public static async Task<TestPeer> StartAsync(
        ulong id, ulong clusterId = 0xc1, TlsServer? server = null, TlsClient? client = null, bool isStarted = true)
    {
        var transport = new PeerTransport(Patient with { Tls = client });
        var listener = new GrpcHost(new GrpcHostOptions
        {
            Listeners =
            [
                new ListenerOptions
                {
                    EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
                    Tls = server,
                    ServesGrpc = false,
                    Kind = "peer",
                    Web = transport.HandleAsync,
                },
            ],
        });
        await listener.StartAsync();
        var port = ((IPEndPoint)listener.EndPoints[0]).Port;
        var host = new FakeHost(id, clusterId, [$"{(server is null ? "http" : "https")}://127.0.0.1:{port}"]);
        if (isStarted)
        {
            transport.Start(host);
        }

        return new TestPeer(transport, listener, host);
    }

    public void Add(TestPeer other) => Transport.AddPeer(other.Host.Id, other.Host.AdvertisedPeerUrls);

    /// <summary>Ends it as a killed process ends: the port is closed, then every connection is cut.</summary>
    public ValueTask KillAsync() => _listener.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync();
        await _listener.DisposeAsync();
    }
}
