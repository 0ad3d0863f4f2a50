using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Netcd.Grpc.Server.Tests.Support;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Grpc.Server.Tests.Tls;

public sealed class ClientSanTests
{
    private static readonly IPEndPoint Remote = new(IPAddress.Loopback, 40_000);

    [Fact]
    public async Task Certificate_for_the_address_or_for_none_is_let_in()
    {
        Assert.Null(await RefuseAsync([], []));
        Assert.Null(await RefuseAsync(["127.0.0.1", "10.0.0.1"], []));
        Assert.Null(await RefuseAsync(["10.0.0.1"], ["localhost"]));
        Assert.Null(await RefuseAsync([], ["localhost"]));
    }

    [Fact]
    public async Task Certificate_for_another_address_is_refused()
    {
        Assert.Equal(
            "x509: certificate is valid for 10.0.0.1, 10.0.0.2, not 127.0.0.1",
            await RefuseAsync(["10.0.0.1", "10.0.0.2"], []));
        Assert.Equal(
            "tls: \"127.0.0.1\" does not match any of DNSNames [\"no-such-host.invalid\"]",
            await RefuseAsync([], ["no-such-host.invalid"]));
    }

    [Fact]
    public async Task Peer_listener_checks_it_when_asked()
    {
        using var pki = new TestPki();
        await using var server = await TestServer.StartAsync(Feed.Codec, tls: new TlsServerOptions
        {
            CertFile = pki.CertFile,
            KeyFile = pki.KeyFile,
            TrustedCAFile = pki.CAFile,
            VerifiesClientSan = true,
        });

        Assert.True(await TlsClient.CanCallAsync(server, pki.Client()));
        Assert.True(await TlsClient.CanCallAsync(server, pki.Client(names: ["localhost"])));
        Assert.False(await TlsClient.CanCallAsync(server, pki.Client(names: ["no-such-host.invalid"])));
        await server.Log.WaitForAsync("does not match any of DNSNames");
    }

    private static async Task<string?> RefuseAsync(string[] addresses, string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=peer", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        Array.ForEach(addresses, address => alternatives.AddIpAddress(IPAddress.Parse(address)));
        Array.ForEach(names, alternatives.AddDnsName);
        if (addresses.Length + names.Length > 0)
        {
            request.CertificateExtensions.Add(alternatives.Build());
        }

        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        return await ClientSan.RefuseAsync(certificate, Remote, TestTimeout.Token());
    }
}
