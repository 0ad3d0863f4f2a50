using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Netcd.Grpc.Server.Tests.Support;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Grpc.Server.Tests.Tls;

public sealed class TlsServerTests : IDisposable
{
    private readonly TestPki _pki = new();

    public void Dispose() => _pki.Dispose();

    [Theory, Feeds]
    public async Task Every_alpn_is_served(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed, tls: Plain());

        foreach (var (offered, chosen) in new (SslApplicationProtocol[], string)[]
        {
            ([SslApplicationProtocol.Http2, SslApplicationProtocol.Http11], "h2"),
            ([SslApplicationProtocol.Http11], "http/1.1"),
            ([], ""),
        })
        {
            var options = TlsClient.Options(null);
            options.ApplicationProtocols = [.. offered];
            await using var stream = await TlsClient.ConnectAsync(server, options);
            Assert.Equal(chosen, stream.NegotiatedApplicationProtocol.ToString());
            if (chosen != "h2")
            {
                Assert.StartsWith("HTTP/1.1 200 OK", await GetHealthAsync(stream), StringComparison.Ordinal);
            }
        }

        Assert.True(await TlsClient.CanCallAsync(server, null));
    }

    [Theory, Feeds]
    public async Task Web_request_over_tls_is_https_on_both_versions(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed, tls: Plain());
        using var handler = new SocketsHttpHandler { SslOptions = TlsClient.Options(null) };
        using var client = new HttpClient(handler);

        foreach (var version in Conformance.WebTests.Versions)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.SecureAddress, "/query"))
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var response = await client.SendAsync(request, TestTimeout.Token());
            Assert.Equal("GET https ", await response.Content.ReadAsStringAsync());
        }
    }

    [Theory, Feeds]
    public async Task Large_answers_go_through_tls(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed, tls: Plain());
        using var caller = new GrpcCaller(server.SecureAddress, TlsClient.Options(null));

        var answer = await caller.CallAsync("Large", GrpcCaller.Frame(BitConverter.GetBytes(10_000_000L)));

        Assert.Equal(10_000_000, answer.Messages.Single().Length);
        Assert.True(answer.Messages.Single().Select((value, index) => value == index % 251).All(right => right));
    }

    [Theory, Feeds]
    public async Task Plaintext_on_a_tls_port_is_closed_without_an_answer(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed, tls: Plain());
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", server.Port);
        await using var stream = socket.GetStream();

        await stream.WriteAsync("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());

        Assert.Equal("", await ReadToEndAsync(stream));
        await server.Log.WaitForAsync("tls: first record does not look like a TLS handshake");
    }

    [Theory, Feeds]
    public async Task Port_with_both_urls_serves_plaintext_and_tls(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed, tls: Plain(), allowsPlaintext: true);
        using var caller = new GrpcCaller(server.Address);

        Assert.Equal("plain", (await caller.CallAsync("Echo", "plain")).Text);
        Assert.True(await TlsClient.CanCallAsync(server, null));
    }

    [Fact]
    public async Task Tls_on_a_plaintext_port_is_closed()
    {
        await using var server = await TestServer.StartAsync(Feed.Codec);

        await Assert.ThrowsAnyAsync<Exception>(() => TlsClient.ConnectAsync(server, TlsClient.Options(null)));
    }

    [Fact]
    public async Task Handshake_that_does_not_begin_is_ended()
    {
        var limits = new GrpcLimits { HandshakeTimeout = TimeSpan.FromMilliseconds(200) };
        await using var server = await TestServer.StartAsync(Feed.Codec, limits, Plain());
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", server.Port);

        Assert.Equal("", await ReadToEndAsync(socket.GetStream()));
        await server.Log.WaitForAsync("error=i/o timeout");
    }

    [Fact]
    public async Task Half_open_connections_are_bounded_and_shut_out_nobody()
    {
        const int Limit = 50;
        var limits = new GrpcLimits { HalfOpenConnectionsMax = Limit, HandshakeTimeout = TimeSpan.FromMinutes(10) };
        await using var server = await TestServer.StartAsync(Feed.Codec, limits, Plain());
        var silent = new List<TcpClient>();
        for (var i = 0; i < 3 * Limit; i++)
        {
            var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", server.Port);
            silent.Add(socket);
            if (i % 20 == 0)
            {
                Assert.True(await TlsClient.CanCallAsync(server, null));
            }
        }

        // The oldest were given up, the newest wait on.
        foreach (var socket in silent.Take(Limit))
        {
            Assert.Equal("", await ReadToEndAsync(socket.GetStream()));
        }

        Assert.False(silent[^1].Client.Poll(0, SelectMode.SelectRead));
        Assert.True(await TlsClient.CanCallAsync(server, null));
        silent.ForEach(socket => socket.Dispose());
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, SslProtocols.None, SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls12, SslProtocols.None, SslProtocols.Tls13, true)]
    [InlineData(SslProtocols.Tls13, SslProtocols.None, SslProtocols.Tls12, false)]
    [InlineData(SslProtocols.Tls12, SslProtocols.Tls12, SslProtocols.Tls13, false)]
    [InlineData(SslProtocols.Tls12, SslProtocols.Tls12, SslProtocols.Tls12, true)]
    public async Task Versions_are_limited(SslProtocols min, SslProtocols max, SslProtocols client, bool isServed)
    {
        await using var server = await TestServer.StartAsync(
            Feed.Codec, tls: Plain() with { MinVersion = min, MaxVersion = max });
        var options = TlsClient.Options(null);
        options.EnabledSslProtocols = client;

        if (isServed)
        {
            await using var stream = await TlsClient.ConnectAsync(server, options);
            Assert.Equal(client, stream.SslProtocol);
        }
        else
        {
            await Assert.ThrowsAnyAsync<Exception>(() => TlsClient.ConnectAsync(server, options));
            await server.Log.WaitForAsync("tls: client offered only unsupported versions");
        }
    }

    [Fact]
    public async Task Cipher_suites_are_limited_by_their_go_names()
    {
        var tls = Plain() with
        {
            CipherSuites = ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"],
            MaxVersion = SslProtocols.Tls12,
        };
        await using var server = await TestServer.StartAsync(Feed.Codec, tls: tls);
        var good = TlsClient.Options(null);
        await using var stream = await TlsClient.ConnectAsync(server, good);
        Assert.Equal(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, stream.NegotiatedCipherSuite);

        var wrong = TlsClient.Options(null);
        wrong.CipherSuitesPolicy = new CipherSuitesPolicy([TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]);
        await Assert.ThrowsAnyAsync<Exception>(() => TlsClient.ConnectAsync(server, wrong));
        await server.Log.WaitForAsync("tls: no cipher suite supported by both client and server");
    }

    [Fact]
    public async Task Weak_suites_are_not_offered_by_default()
    {
        _pki.WriteServer(_pki.NewServer(isRsa: true));
        await using var server = await TestServer.StartAsync(
            Feed.Codec, tls: Plain() with { MaxVersion = SslProtocols.Tls12 });
        var weak = TlsClient.Options(null);
        weak.CipherSuitesPolicy = new CipherSuitesPolicy(
        [
            TlsCipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA,
            TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384,
        ]);

        await Assert.ThrowsAnyAsync<Exception>(() => TlsClient.ConnectAsync(server, weak));
    }

    [Fact]
    public async Task Keys_of_every_form_are_read()
    {
        foreach (var isRsa in new[] { false, true })
        {
            foreach (var usesPkcs8 in new[] { false, true })
            {
                _pki.WriteServer(_pki.NewServer(isRsa), usesPkcs8);
                await using var server = await TestServer.StartAsync(Feed.Codec, tls: Plain());
                Assert.True(await TlsClient.CanCallAsync(server, null));
            }
        }
    }

    [Fact]
    public async Task Renewed_certificate_is_served_without_a_restart_and_a_broken_one_is_not()
    {
        await using var server = await TestServer.StartAsync(Feed.Codec, tls: Plain());
        var first = await ServedSerialAsync(server);
        var renewed = _pki.NewServer();

        // Certificate and key do not fit until both are written.
        await File.WriteAllTextAsync(_pki.CertFile, renewed.ExportCertificatePem());
        Assert.Equal(first, await ServedSerialAsync(server));
        _pki.WriteServer(renewed);
        Assert.Equal(renewed.SerialNumber, await ServedSerialAsync(server));

        await File.WriteAllTextAsync(_pki.KeyFile, "-----BEGIN PRIVATE KEY-----\nMIGH");
        Assert.Equal(renewed.SerialNumber, await ServedSerialAsync(server));
        File.Delete(_pki.CertFile);
        Assert.Equal(renewed.SerialNumber, await ServedSerialAsync(server));
        await server.Log.WaitForAsync("failed to create peer certificate");
    }

    [Fact]
    public async Task Certificate_rotated_under_load_fails_no_handshake()
    {
        await using var server = await TestServer.StartAsync(Feed.Codec, tls: Plain());
        using var stop = new CancellationTokenSource();
        var rotating = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                _pki.WriteServer(_pki.NewServer());
                await Task.Yield();
            }
        });

        for (var i = 0; i < 100; i++)
        {
            Assert.True(await TlsClient.CanCallAsync(server, null));
        }

        await stop.CancelAsync();
        await rotating;
    }

    [Fact]
    public void Configuration_that_cannot_work_is_refused_with_go_text()
    {
        Assert.Equal(
            "KeyFile and CertFile must both be present[key: , cert: x]",
            Refused(new TlsServerOptions { CertFile = "x" }));
        Assert.Equal(
            "AllowedCNs and AllowedHostnames are mutually exclusive (cns=[\"a\"], hostnames=[\"b\"])",
            Refused(Plain() with { AllowedCommonNames = ["a"], AllowedHostnames = ["b"] }));
        Assert.Equal("unexpected TLS cipher suite \"BOGUS\"", Refused(Plain() with { CipherSuites = ["BOGUS"] }));
        Assert.Equal(
            "open /nowhere/x: no such file or directory",
            Refused(Plain() with { CertFile = "/nowhere/x" }));
        File.WriteAllText(_pki.At("empty"), "");
        Assert.Equal(
            "tls: failed to find any PEM data in certificate input",
            Refused(Plain() with { CertFile = _pki.At("empty") }));
    }

    private static string Refused(TlsServerOptions options) => Assert.Throws<TlsConfigurationException>(
        () => new TlsServer(options, TimeProvider.System, new TestLog())).Message;

    private static async Task<string> ServedSerialAsync(TestServer server)
    {
        await using var stream = await TlsClient.ConnectAsync(server, TlsClient.Options(null));
        return Assert.IsAssignableFrom<X509Certificate2>(stream.RemoteCertificate).SerialNumber;
    }

    private static async Task<string> GetHealthAsync(Stream stream)
    {
        await stream.WriteAsync("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray());
        return await ReadToEndAsync(stream);
    }

    private static async Task<string> ReadToEndAsync(Stream stream)
    {
        using var reader = new StreamReader(stream);
        try
        {
            return await reader.ReadToEndAsync(TestTimeout.Token());
        }
        catch (IOException)
        {
            // Reset by the server: as closed as it can be.
            return "";
        }
    }

    private TlsServerOptions Plain() => new() { CertFile = _pki.CertFile, KeyFile = _pki.KeyFile };
}
