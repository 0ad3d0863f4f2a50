using System.Diagnostics;
using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Ctl;

/// <summary>Whose certificates etcdctl trusts: those of --cacert, else the system's, and never both.</summary>
public sealed class CtlTrustTests : IAsyncLifetime, IDisposable
{
    private const string Client = "apiserver-etcd-client";

    private readonly TemporaryDirectory _directory = new();
    private readonly string _url = $"https://127.0.0.1:{FreePorts.Take()}";
    private readonly TestCertificates _certificates;
    private readonly TestCertificates _others;
    private EtcdServer? _server;

    public CtlTrustTests()
    {
        _certificates = new TestCertificates(_directory.File("pki")).WithKubeadmSet();
        _others = new TestCertificates(_directory.File("others"), "other-ca");
    }

    public async Task InitializeAsync()
    {
        var peer = $"http://127.0.0.1:{FreePorts.Take()}";
        _server = await EtcdServer.StartWithAsync(
            ServerKind.Netcd, _url,
            "--name=m1", $"--data-dir={_directory.File("data")}", $"--listen-client-urls={_url}",
            $"--advertise-client-urls={_url}", $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}",
            $"--initial-cluster=m1={peer}", $"--cert-file={_certificates.CertFile("server")}",
            $"--key-file={_certificates.KeyFile("server")}", "--client-cert-auth=true",
            $"--trusted-ca-file={_certificates.CaFile}");
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(CtlTool.Go)]
    [InlineData(CtlTool.Netcd)]
    public async Task System_is_trusted_where_nothing_else_is_named(CtlTool tool)
    {
        string[] put = ["put", "a", "b"];
        await IsTakenAsync(tool, put, _certificates.CaFile, system: _others.CaFile);
        await IsTakenAsync(tool, put, authorities: null, system: _certificates.CaFile);
        await IsRefusedAsync(tool, put, _others.CaFile, system: _certificates.CaFile);
        await IsRefusedAsync(tool, put, authorities: null, system: _others.CaFile);
    }

    [Fact]
    public async Task System_is_not_read_where_it_is_not_trusted()
    {
        var trace = _directory.File("trace");
        var result = await Command.RunAsync(
            "strace",
            [
                "-f", "-qq", "-e", "trace=openat", "-o", trace, CtlTool.Netcd.Path(),
                .. Flags(_certificates.CaFile), "get", "a",
            ]);
        Assert.Empty(result.Success);
        var opened = await File.ReadAllTextAsync(trace);
        Assert.Contains(_certificates.CaFile, opened, StringComparison.Ordinal);
        Assert.DoesNotContain("/etc/ssl/certs", opened, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_behind_a_lock_keep_the_system_that_the_user_named()
    {
        var result = await CtlTool.Netcd.RunAsync(
            [.. Flags(_certificates.CaFile), "lock", "l", "env"], "",
            ("SSL_CERT_DIR", "/mine"), ("SSL_CERT_FILE", "/mine/too"));
        Assert.Equal(
            ["SSL_CERT_DIR=/mine", "SSL_CERT_FILE=/mine/too"],
            result.Success.Split('\n').Where(line => line.StartsWith("SSL_CERT_", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task Mirror_may_go_where_the_system_trusts()
    {
        await IsTakenAsync(CtlTool.Netcd, ["put", "from/a", "b"], _certificates.CaFile, _certificates.CaFile);
        var start = new ProcessStartInfo(
            CtlTool.Netcd.Path(),
            [
                .. Flags(_certificates.CaFile), "make-mirror", "--prefix=from/", "--dest-prefix=to/",
                "--dest-insecure-transport=false", $"--dest-cert={_certificates.CertFile(Client)}",
                $"--dest-key={_certificates.KeyFile(Client)}", _url,
            ]);
        start.Environment["SSL_CERT_FILE"] = _certificates.CaFile;
        using var mirror = Process.Start(start)!;
        try
        {
            using var client = new V3Client(_url, _certificates.ClientOptions(Client));
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            var wanted = new RangeRequest { Key = ByteString.CopyFromUtf8("to/a") };
            while ((await client.RangeAsync(wanted)).Kvs.Count == 0)
            {
                Assert.False(mirror.HasExited);
                await Task.Delay(20, limit.Token);
            }
        }
        finally
        {
            mirror.Kill();
            await mirror.WaitForExitAsync();
        }
    }

    private async Task IsTakenAsync(CtlTool tool, string[] command, string? authorities, string system) =>
        Assert.Equal(
            "OK\n",
            (await tool.RunAsync(
                [.. Etcdctl.Patience, .. Flags(authorities), .. command], "", ("SSL_CERT_FILE", system))).Success);

    private async Task IsRefusedAsync(CtlTool tool, string[] command, string? authorities, string system)
    {
        var result = await tool.RunAsync(
            ["--command-timeout=1s", .. Flags(authorities), .. command], "", ("SSL_CERT_FILE", system));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("context deadline exceeded", result.Error, StringComparison.Ordinal);
    }

    private string[] Flags(string? authorities) =>
    [
        $"--endpoints={_url}", $"--cert={_certificates.CertFile(Client)}", $"--key={_certificates.KeyFile(Client)}",
        .. authorities is null ? Array.Empty<string>() : [$"--cacert={authorities}"],
    ];
}
