using Netcd.Peer.Tests.Support;

namespace Netcd.Peer.Tests.Transport;

/// <summary>Peers that show each other certificates.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly PeerPki _pki = new();

    public void Dispose() => _pki.Dispose();

    [Fact]
    public async Task Peers_of_one_authority_talk_over_streams_and_by_requests()
    {
        await using var a = await PeerPki.StartAsync(1, _pki.Files("a"));
        await using var b = await PeerPki.StartAsync(2, _pki.Files("b"));
        b.Transport.Service = new FakeService();
        await StreamTests.ConnectAsync(a, b);
        a.Transport.Send([StreamTests.Heartbeat(1, 2, 9)]);
        Assert.Equal(9UL, (await b.Host.NextAsync()).Commit.Value);
        Assert.NotNull(await a.Transport.Client.MembersAsync(b.Url, TestTimeout.Token()));
    }

    [Fact]
    public async Task A_peer_whose_process_ends_is_reported_over_tls_too()
    {
        await using var a = await PeerPki.StartAsync(1, _pki.Files("a"));
        await using var b = await PeerPki.StartAsync(2, _pki.Files("b"));
        await StreamTests.ConnectAsync(a, b);
        await b.KillAsync();
        Assert.Equal(b.Host.Id, await a.Host.Disconnected.Reader.ReadAsync(TestTimeout.Token()));
    }

    [Fact]
    public async Task Allowed_names_are_asked_of_both_ends()
    {
        var allowed = new[] { "peer" };
        await using var a = await PeerPki.StartAsync(1, _pki.Files("peer") with { AllowedCommonNames = allowed });
        await using var b = await PeerPki.StartAsync(2, _pki.Files("peer") with { AllowedCommonNames = allowed });
        await using var c = await PeerPki.StartAsync(3, _pki.Files("other"));
        await StreamTests.ConnectAsync(a, b);
        Assert.Null(await AskAsync(c, a));
        Assert.Null(await AskAsync(a, c));
    }

    [Fact]
    public async Task A_stranger_s_certificate_is_refused_by_either_end()
    {
        using var others = new PeerPki();
        await using var a = await PeerPki.StartAsync(1, _pki.Files("a"));
        await using var b = await PeerPki.StartAsync(2, others.Files("b"));

        // It trusts a's authority, but a does not trust its.
        await using var c = await PeerPki.StartAsync(3, others.Files("c", authority: _pki.At("ca.crt")));
        Assert.Null(await AskAsync(a, b));
        Assert.Null(await AskAsync(b, a));
        Assert.Null(await AskAsync(c, a));
    }

    [Fact]
    public async Task A_certificate_for_another_address_is_refused_by_either_end()
    {
        await using var a = await PeerPki.StartAsync(1, _pki.Files("a"));
        await using var b = await PeerPki.StartAsync(2, _pki.Files("b", address: "127.0.0.9"));
        Assert.Null(await AskAsync(a, b));
        Assert.Null(await AskAsync(b, a));
    }

    [Fact]
    public async Task Plain_connections_and_members_without_a_certificate_are_refused()
    {
        await using var a = await PeerPki.StartAsync(1, _pki.Files("a"));
        await using var b = await TestPeer.StartAsync(2);
        a.Transport.Service = new FakeService();
        Assert.Null(await b.Transport.Client.MembersAsync(a.Url, TestTimeout.Token()));
        Assert.Null(await b.Transport.Client.MembersAsync(
            a.Url.Replace("https", "http", StringComparison.Ordinal), TestTimeout.Token()));
    }

    [Fact]
    public async Task Self_made_certificates_are_taken_without_a_look()
    {
        var files = _pki.Files("x", address: "127.0.0.9") with
        {
            TrustedCAFile = "", ClientCertAuth = false, VerifiesClientSan = false,
        };
        await using var a = await PeerPki.StartAsync(1, files, skipsVerification: true);
        await using var b = await PeerPki.StartAsync(2, files, skipsVerification: true);
        await StreamTests.ConnectAsync(a, b);
    }

    private static Task<Server.Peers.RemoteCluster?> AskAsync(TestPeer from, TestPeer to)
    {
        to.Transport.Service = new FakeService();
        return from.Transport.Client.MembersAsync(to.Url, TestTimeout.Token());
    }
}
