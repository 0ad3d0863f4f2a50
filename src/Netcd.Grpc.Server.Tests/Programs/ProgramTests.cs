using Netcd.Grpc.Server.Tests.Support;
using Netcd.Grpc.Server.Tests.Tls;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Grpc.Server.Tests.Programs;

/// <summary>curl, nghttp2's programs and real etcdctl against the host.</summary>
public sealed class ProgramTests : IDisposable
{
    private const string Health = """{"health":"true","reason":""}""";

    private readonly TestPki _pki = new();

    public void Dispose() => _pki.Dispose();

    [Theory, Feeds]
    public async Task Curl_gets_the_same_answer_with_every_version(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        foreach (var version in new[] { "--http1.1", "--http2", "--http2-prior-knowledge" })
        {
            var (code, output) = await Tool.RunAsync("curl", "-sS", version, $"{server.Address}health");
            Assert.Equal((0, Health), (code, output));
            var posted = await Tool.RunAsync(
                "curl", "-sS", version, "-d", "{\"key\":\"Zm9v\"}", $"{server.Address}echo");
            Assert.Equal((0, "{\"key\":\"Zm9v\"}"), posted);
        }
    }

    [Theory, Feeds]
    public async Task Curl_over_tls_gets_http2_by_alpn(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed, tls: new TlsServerOptions
        {
            CertFile = _pki.CertFile,
            KeyFile = _pki.KeyFile,
        });
        foreach (var (version, spoken) in new[] { ("--http1.1", "1.1"), ("--http2", "2"), ("--no-alpn", "1.1") })
        {
            var (code, output) = await Tool.RunAsync(
                "curl", "-sS", version, "--cacert", _pki.CAFile, "-w", "|%{http_version}", $"{server.SecureAddress}health");
            Assert.Equal((0, $"{Health}|{spoken}"), (code, output));
        }
    }

    [Theory, Feeds]
    public async Task Nghttp_gets_page_and_headers(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);

        var (code, output) = await Tool.RunAsync("nghttp", "-v", $"{server.Address}health");

        Assert.Equal(0, code);
        Assert.Contains(":status: 200", output);
        Assert.Contains(Health, output);
    }

    [Theory, Feeds]
    public async Task H2load_gets_every_answer(Feed feed)
    {
        const int Requests = 20_000;
        await using var server = await TestServer.StartAsync(feed);
        var body = _pki.At("request");
        await File.WriteAllBytesAsync(body, GrpcCaller.Frame("0123456"u8));

        foreach (var method in new[] { "Echo", "Later" })
        {
            var (_, output) = await Tool.RunAsync(
                "h2load",
                "-n", $"{Requests}",
                "-c20",
                "-m10",
                "-d", body,
                "-H", "content-type: application/grpc",
                "-H", "te: trailers",
                "-H", "grpc-timeout: 10S",
                $"{server.Address}test.Service/{method}");
            Assert.Contains($"{Requests} done, {Requests} succeeded, 0 failed, 0 errored", output);
        }
    }

    [Theory, Feeds]
    public async Task Etcdctl_reads_and_writes_a_small_store(Feed feed)
    {
        await using var store = await SmallStore.StartAsync(feed, null);
        var flags = new[] { $"--endpoints=127.0.0.1:{store.Port}" };

        Assert.Equal((0, "OK\n"), await Tool.RunAsync(Tool.Etcdctl(), [.. flags, "put", "foo", "bar"]));
        Assert.Equal((0, "foo\nbar\n"), await Tool.RunAsync(Tool.Etcdctl(), [.. flags, "get", "foo"]));
        var (code, output) = await Tool.RunAsync(Tool.Etcdctl(), [.. flags, "del", "foo"]);
        Assert.Equal(1, code);
        Assert.Contains("unknown method DeleteRange for service etcdserverpb.KV", output);
    }

    [Theory, Feeds]
    public async Task Etcdctl_needs_its_certificate(Feed feed)
    {
        await using var store = await SmallStore.StartAsync(feed, new TlsServerOptions
        {
            CertFile = _pki.CertFile,
            KeyFile = _pki.KeyFile,
            TrustedCAFile = _pki.CAFile,
        });
        var client = _pki.Client("root");
        await File.WriteAllTextAsync(_pki.At("client.crt"), client.ExportCertificatePem());
        using (var key = client.PrivateKey())
        {
            await File.WriteAllTextAsync(_pki.At("client.key"), key.ExportPkcs8PrivateKeyPem());
        }

        string[] flags = [$"--endpoints=https://127.0.0.1:{store.Port}", $"--cacert={_pki.CAFile}"];
        string[] identity = [$"--cert={_pki.At("client.crt")}", $"--key={_pki.At("client.key")}"];

        Assert.Equal((0, "OK\n"), await Tool.RunAsync(Tool.Etcdctl(), [.. flags, .. identity, "put", "foo", "bar"]));
        var (code, _) = await Tool.RunAsync(Tool.Etcdctl(), [.. flags, "--command-timeout=2s", "get", "foo"]);
        Assert.NotEqual(0, code);
        await store.Log.WaitForAsync("tls: client didn't provide a certificate");
        Assert.Equal((0, "foo\nbar\n"), await Tool.RunAsync(Tool.Etcdctl(), [.. flags, .. identity, "get", "foo"]));
    }
}
