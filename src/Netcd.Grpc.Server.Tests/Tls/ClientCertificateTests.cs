using System.Security.Cryptography;
using Netcd.Grpc.Server.Tests.Support;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Grpc.Server.Tests.Tls;

public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestPki _pki = new();

    public void Dispose() => _pki.Dispose();

    [Theory, Feeds]
    public async Task Certificate_of_the_trusted_authority_is_let_in(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed, tls: Mutual());

        Assert.True(await TlsClient.CanCallAsync(server, _pki.Client()));
        Assert.True(await TlsClient.CanCallAsync(server, _pki.Client(isRsa: true)));
        Assert.True(await TlsClient.CanCallAsync(server, _pki.Client(usages: [])));
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains("rejected", StringComparison.Ordinal));
    }

    [Theory, Feeds]
    public async Task Handler_and_web_see_the_certificate(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed, tls: Mutual());
        using var caller = new GrpcCaller(server.SecureAddress, TlsClient.Options(_pki.Client("alice")));

        Assert.Equal("alice", (await caller.CallAsync("WhoAmI", "")).Text);
    }

    [Theory, Feeds]
    public async Task No_certificate_is_refused_with_one_line(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed, tls: Mutual());

        Assert.False(await TlsClient.CanCallAsync(server, null));

        var line = await server.Log.WaitForAsync("rejected connection on client endpoint");
        Assert.StartsWith("Warning: ", line, StringComparison.Ordinal);
        Assert.Contains("remote-addr=127.0.0.1:", line);
        Assert.Contains("error=tls: client didn't provide a certificate", line);
        Assert.Single(server.Log.Lines);
        Assert.True(await TlsClient.CanCallAsync(server, _pki.Client()));
    }

    [Theory, Feeds]
    public async Task Certificates_that_Go_refuses_are_refused_with_its_reason(Feed feed)
    {
        using var other = new TestPki("another-ca");
        await using var server = await TestServer.StartAsync(feed, tls: Mutual());
        var now = DateTimeOffset.UtcNow;

        Assert.False(await TlsClient.CanCallAsync(server, other.Client()));
        Assert.False(await TlsClient.CanCallAsync(
            server, _pki.Client(notBefore: now.AddDays(-9), notAfter: now.AddDays(-1))));
        Assert.False(await TlsClient.CanCallAsync(
            server, _pki.Client(notBefore: now.AddDays(1), notAfter: now.AddDays(9))));
        Assert.False(await TlsClient.CanCallAsync(server, _pki.Client(usages: [TestPki.ServerAuth])));

        await server.Log.WaitForAsync("x509: certificate signed by unknown authority");
        await server.Log.WaitForAsync("x509: certificate has expired or is not yet valid: current time");
        await server.Log.WaitForAsync("Z is after ");
        await server.Log.WaitForAsync("Z is before ");
        await server.Log.WaitForAsync("x509: certificate specifies an incompatible key usage");
        Assert.Equal(4, server.Log.Lines.Count);
    }

    [Theory, Feeds]
    public async Task Common_names_can_be_limited(Feed feed)
    {
        var options = Mutual() with { AllowedCommonNames = ["alice", "bob"] };
        await using var server = await TestServer.StartAsync(feed, tls: options);

        Assert.True(await TlsClient.CanCallAsync(server, _pki.Client("bob")));
        Assert.False(await TlsClient.CanCallAsync(server, _pki.Client("eve")));
        await server.Log.WaitForAsync("error=client certificate authentication failed");
    }

    [Theory, Feeds]
    public async Task Hostnames_can_be_limited(Feed feed)
    {
        var options = Mutual() with { AllowedHostnames = ["node1.example", "10.0.0.1"] };
        await using var server = await TestServer.StartAsync(feed, tls: options);

        Assert.True(await TlsClient.CanCallAsync(server, _pki.Client(names: ["node1.example"])));
        Assert.True(await TlsClient.CanCallAsync(server, _pki.Client(names: ["*.example"])));
        Assert.False(await TlsClient.CanCallAsync(server, _pki.Client("node1.example")));
        Assert.False(await TlsClient.CanCallAsync(server, _pki.Client(names: ["node2.example"])));
    }

    [Theory, Feeds]
    public async Task Revoked_certificate_is_refused_at_the_next_handshake(Feed feed)
    {
        var client = _pki.Client();
        var still = _pki.Client("still-good");
        _pki.WriteCrl();
        var options = Mutual() with { CrlFile = _pki.CrlFile };
        await using var server = await TestServer.StartAsync(feed, tls: options);

        Assert.True(await TlsClient.CanCallAsync(server, client));
        _pki.Revoke(client);
        Assert.False(await TlsClient.CanCallAsync(server, client));
        Assert.True(await TlsClient.CanCallAsync(server, still));
        var serial = Convert.ToHexStringLower(client.SerialNumberBytes.Span.TrimStart((byte)0));
        await server.Log.WaitForAsync($"transport: certificate serial {serial} revoked");
    }

    [Theory, Feeds]
    public async Task Half_written_revocation_list_keeps_the_one_before(Feed feed)
    {
        var client = _pki.Client();
        _pki.Revoke(client);
        var options = Mutual() with { CrlFile = _pki.CrlFile };
        await using var server = await TestServer.StartAsync(feed, tls: options);
        var good = _pki.Client("good");

        Assert.True(await TlsClient.CanCallAsync(server, good));
        var whole = await File.ReadAllBytesAsync(_pki.CrlFile);
        foreach (var length in new[] { 0, 1, 30, whole.Length / 2, whole.Length - 1 })
        {
            await File.WriteAllBytesAsync(_pki.CrlFile, whole[..length]);
            Assert.False(await TlsClient.CanCallAsync(server, client));
            Assert.True(await TlsClient.CanCallAsync(server, good));
        }

        File.Delete(_pki.CrlFile);
        Assert.False(await TlsClient.CanCallAsync(server, client));
        Assert.True(await TlsClient.CanCallAsync(server, good));
    }

    [Fact]
    public async Task List_that_was_never_read_refuses_everybody()
    {
        var options = Mutual() with { CrlFile = _pki.CrlFile };
        await using var server = await TestServer.StartAsync(Feed.Codec, tls: options);

        Assert.False(await TlsClient.CanCallAsync(server, _pki.Client()));
        await server.Log.WaitForAsync("no such file or directory");
    }

    [Fact]
    public async Task List_in_pem_is_read_too()
    {
        var client = _pki.Client();
        _pki.Revoke(client);
        var list = await File.ReadAllBytesAsync(_pki.CrlFile);
        await File.WriteAllTextAsync(_pki.CrlFile, PemEncoding.WriteString("X509 CRL", list));
        await using var server = await TestServer.StartAsync(Feed.Codec, tls: Mutual() with { CrlFile = _pki.CrlFile });

        Assert.False(await TlsClient.CanCallAsync(server, client));
        Assert.True(await TlsClient.CanCallAsync(server, _pki.Client()));
    }

    [Fact]
    public async Task Session_is_not_resumed_past_a_new_revocation()
    {
        var client = _pki.Client();
        _pki.WriteCrl();
        await using var server = await TestServer.StartAsync(Feed.Codec, tls: Mutual() with { CrlFile = _pki.CrlFile });

        // One options object: the framework resumes sessions where server and client allow it.
        var options = TlsClient.Options(client);
        await using (var first = await TlsClient.ConnectAsync(server, options))
        {
            Assert.True(first.IsAuthenticated);
        }

        _pki.Revoke(client);
        using var caller = new GrpcCaller(server.SecureAddress, options);
        await Assert.ThrowsAsync<HttpRequestException>(() => caller.CallAsync("Echo", "x"));
        await server.Log.WaitForAsync("revoked");
    }

    [Fact]
    public async Task Certificate_authority_is_read_again_when_its_file_changes()
    {
        using var other = new TestPki("new-ca");
        await using var server = await TestServer.StartAsync(Feed.Codec, tls: Mutual());

        Assert.False(await TlsClient.CanCallAsync(server, other.Client()));
        await File.AppendAllTextAsync(_pki.CAFile, "\n" + await File.ReadAllTextAsync(other.CAFile));
        Assert.True(await TlsClient.CanCallAsync(server, other.Client()));
        Assert.True(await TlsClient.CanCallAsync(server, _pki.Client()));
        File.Copy(other.CAFile, _pki.CAFile, overwrite: true);
        Assert.False(await TlsClient.CanCallAsync(server, _pki.Client()));
    }

    private TlsServerOptions Mutual() => new()
    {
        CertFile = _pki.CertFile,
        KeyFile = _pki.KeyFile,
        TrustedCAFile = _pki.CAFile,
    };
}
