using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Ctl;

/// <summary>Bad certificates, full disks and unwritable targets: a clear message, and good files stay as they are.</summary>
public sealed class CtlBadInputTests
{
    private const string Good = "a snapshot of yesterday";

    [Theory]
    [InlineData("missing", "/nope", "Error: open /nope: no such file or directory\n")]
    [InlineData("directory", "/tmp", null)]
    [InlineData("no certificate", "/etc/hostname", "Error: tls: failed to find any PEM data in certificate input\n")]
    public async Task Unreadable_certificate_is_named(string what, string path, string? expected)
    {
        string[] arguments = ["--endpoints=127.0.0.1:1", $"--cert={path}", $"--key={path}", "get", "foo"];
        var wanted = await CtlTool.Go.RunAsync(arguments);
        var found = await CtlTool.Netcd.RunAsync(arguments);
        Assert.Equal(128, found.ExitCode);
        Assert.Equal(wanted.ExitCode, found.ExitCode);
        Assert.Equal(expected ?? wanted.Error, found.Error);
        Assert.Equal(wanted.Error, found.Error);
        Assert.NotEmpty(what);
    }

    [Theory]
    [InlineData("another's key", "Error: tls: private key does not match public key\n")]
    [InlineData("no key", "Error: tls: found a certificate rather than a key in the PEM for the private key\n")]
    public async Task Key_that_does_not_fit_the_certificate_is_named(string what, string expected)
    {
        using var directory = new TemporaryDirectory();
        using var key = RSA.Create();
        using var other = RSA.Create();
        var request = new CertificateRequest("CN=c", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(directory.File("c.crt"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(
            directory.File("c.key"),
            what == "no key" ? certificate.ExportCertificatePem() : other.ExportPkcs8PrivateKeyPem());
        string[] arguments =
        [
            "--endpoints=127.0.0.1:1", $"--cert={directory.File("c.crt")}", $"--key={directory.File("c.key")}",
            "get", "foo",
        ];
        foreach (var tool in new[] { CtlTool.Go, CtlTool.Netcd })
        {
            var found = await tool.RunAsync(arguments);
            Assert.Equal((128, expected), (found.ExitCode, found.Error));
        }
    }

    [Fact]
    public async Task Full_disk_leaves_the_good_snapshot_in_its_place()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        var disk = directory.File("disk");
        Directory.CreateDirectory(disk);
        (await Command.RunAsync("mount", ["-t", "tmpfs", "-o", "size=16k", "tmpfs", disk])).Success.ToString();
        try
        {
            var file = Path.Combine(disk, "s.db");
            await File.WriteAllTextAsync(file, Good);
            var saved = await CtlTool.Netcd.RunAsync([$"--endpoints={server.ClientUrl}", "snapshot", "save", file]);
            Assert.Equal(5, saved.ExitCode);
            Assert.EndsWith(
                $"Error: write {file}.part: no space left on device\n", saved.Error, StringComparison.Ordinal);
            Assert.Equal(Good, await File.ReadAllTextAsync(file));
            Assert.Equal([file], Directory.GetFiles(disk));
        }
        finally
        {
            await Command.RunAsync("umount", [disk]);
        }
    }

    [Fact]
    public async Task Limit_of_the_file_size_leaves_the_good_snapshot_in_its_place()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        var file = directory.File("s.db");
        await File.WriteAllTextAsync(file, Good);

        // 16 KiB, with the action that the system has for the signal which it sends beside the error.
        const string Limit = "ulimit -c 0; ulimit -f 16; exec env --default-signal=XFSZ";
        var saved = await Command.RunAsync(
            "bash",
            [
                "-c",
                $"{Limit} '{CtlTool.Netcd.Path()}' --endpoints={server.ClientUrl} snapshot save '{file}'",
            ]);
        Assert.Equal(5, saved.ExitCode);
        Assert.EndsWith($"Error: write {file}.part: file too large\n", saved.Error, StringComparison.Ordinal);
        Assert.Equal(Good, await File.ReadAllTextAsync(file));
        Assert.Equal([file], Directory.GetFiles(directory.Path));
    }

    [Fact]
    public async Task Member_that_dies_leaves_the_good_snapshot_in_its_place()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("s.db");
        await File.WriteAllTextAsync(file, Good);
        var saved = await CtlTool.Netcd.RunAsync(
            ["--endpoints=127.0.0.1:1", "--command-timeout=500ms", "snapshot", "save", file]);
        Assert.Equal(5, saved.ExitCode);
        Assert.EndsWith("Error: context deadline exceeded\n", saved.Error, StringComparison.Ordinal);
        Assert.Equal(Good, await File.ReadAllTextAsync(file));
        Assert.Equal([file], Directory.GetFiles(directory.Path));
    }

    [Fact]
    public async Task Reader_that_goes_away_ends_the_program_without_a_word()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        var put = await CtlTool.Netcd.RunAsync(
            [$"--endpoints={server.ClientUrl}", "put", "big"], new string('x', 1_000_000));
        Assert.Equal("OK\n", put.Success);
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardError = true,
            ArgumentList =
            {
                "-c",
                $"'{CtlTool.Netcd.Path()}' --endpoints={server.ClientUrl} get big | head -c 10 > /dev/null; exit ${{PIPESTATUS[0]}}",
            },
        };
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal("", error);
        Assert.Equal(141, process.ExitCode);
    }

    [Theory]
    [InlineData("put k <&-", 128, "Error: put command needs 1 argument and input from stdin or 2 arguments\n")]
    [InlineData("put k </",  128, "Error: put command needs 1 argument and input from stdin or 2 arguments\n")]
    [InlineData("txn <&-",   3,   "Error: EOF\n")]
    [InlineData("txn </",    3,   "Error: EOF\n")]
    [InlineData("version >&-", 0, "")]
    [InlineData("nosuch 2>&-", 1, "")]
    [InlineData("version <&- >&- 2>&-", 0, "")]
    public async Task Closed_and_unreadable_streams_are_empty_ones(string line, int code, string error)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"'{CtlTool.Netcd.Path()}' {line}"])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        Assert.Equal(error, await process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.Equal(code, process.ExitCode);
    }

    [Fact]
    public async Task Programs_that_share_a_redirected_file_write_one_behind_the_other()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.File("out");
        var line = $"{{ '{CtlTool.Netcd.Path()}' version; '{CtlTool.Netcd.Path()}' version; }} > '{file}'";
        (await Command.RunAsync("bash", ["-c", line])).Success.ToString();
        var once = (await CtlTool.Netcd.RunAsync(["version"])).Success;
        Assert.Equal(once + once, await File.ReadAllTextAsync(file));
    }
}
