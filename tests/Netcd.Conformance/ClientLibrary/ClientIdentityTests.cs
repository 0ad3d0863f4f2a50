using Netcd.Client;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc;
using Netcd.Proto.Auth;

namespace Netcd.Conformance.ClientLibrary;

/// <summary>Clients with users and with certificates.</summary>
public sealed class ClientIdentityTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static TheoryData<ServerKind> Kinds => [ServerKind.Netcd, ServerKind.Go];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Tokens_are_renewed_when_users_change_and_members_forget_them(ServerKind kind)
    {
        await using var one = await OneMember.StartAsync(kind);
        using var limit = new CancellationTokenSource(Limit);
        var open = one.Client;
        await open.Auth.UserAddAsync("root", "secret");
        await open.Auth.UserGrantRoleAsync("root", "root");
        await open.Auth.RoleAddAsync("reader");
        await open.Auth.RoleGrantPermissionAsync("reader", KeyRange.Prefix("r/"), Permission.Types.Type.Readwrite);
        await open.Auth.UserAddAsync("alice", "word");
        await open.Auth.UserGrantRoleAsync("alice", "reader");
        await open.Auth.EnableAsync();
        await using var root = As("root", "secret");
        await using var alice = As("alice", "word");

        // The first calls of both bring tokens; then users change, and the tokens are of an old revision.
        Assert.True((await root.Auth.StatusAsync()).Enabled);
        await alice.Kv.PutAsync("r/1", "x");
        Assert.Equal(["reader"], (await root.Auth.UserGetAsync("alice")).Roles);
        await root.Auth.UserAddAsync("bob", "word");
        await alice.Kv.PutAsync("r/2", "x");
        await using var watcher = await alice.Watch.OpenAsync("r/", new WatchOptions { IsPrefix = true }, limit.Token);

        // A member that was killed knows no token any more, and is away for longer than a client waits for a token.
        await one.RestartAsync(open.Options.DialTimeout * 1.5);
        await alice.Kv.PutAsync("r/3", "x");
        await foreach (var batch in watcher.ReadAllAsync(limit.Token))
        {
            Assert.Equal("r/3", batch.Events[0].Kv.Key.ToStringUtf8());
            break;
        }

        await RefusedAsync(EtcdErrors.PermissionDenied, alice.Kv.PutAsync("other", "x"));
        var watch = await Assert.ThrowsAsync<EtcdException>(() => alice.Watch.OpenAsync("other"));
        Assert.Contains(EtcdErrors.PermissionDenied, watch.Message, StringComparison.Ordinal);
        await RefusedAsync(EtcdErrors.UserEmpty, open.Kv.GetAsync("r/1"));
        await using var wrong = As("alice", "wrong");
        await RefusedAsync(EtcdErrors.AuthFailed, wrong.Kv.GetAsync("r/1"));
        await RefusedAsync(EtcdErrors.AuthFailed, wrong.Watch.OpenAsync("r/1"));
        await root.Auth.DisableAsync();
        await wrong.Kv.PutAsync("other", "x");

        EtcdClient As(string user, string password) =>
            new(open.Options with { Username = user, Password = password });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Certificates_come_from_files(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        var pki = new TestCertificates(directory.File("pki")).WithKubeadmSet();
        var other = new TestCertificates(directory.File("other"), "other-ca").WithKubeadmSet();
        var url = $"https://127.0.0.1:{FreePorts.Take()}";
        var peer = $"https://127.0.0.1:{FreePorts.Take()}";
        await using var server = await EtcdServer.StartWithAsync(
            kind, url,
            [
                "--name=m1", $"--data-dir={directory.File("data")}", $"--listen-client-urls={url}",
                $"--advertise-client-urls={url}", $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}",
                $"--initial-cluster=m1={peer}", .. pki.MutualTlsFlags,
            ]);
        const string Client = "apiserver-etcd-client";
        var good = new EtcdTlsOptions
        {
            CaFile = pki.CaFile, CertificateFile = pki.CertFile(Client), KeyFile = pki.KeyFile(Client),
        };
        await PutAsync(good);
        await PutAsync(good with { ServerName = "node-1" });
        await PutAsync(good with { CaFile = null, InsecureSkipVerify = true });
        await UnreachableAsync(good with { ServerName = "somebody-else" });
        await UnreachableAsync(good with { CaFile = other.CaFile });
        await UnreachableAsync(good with { CertificateFile = null, KeyFile = null });

        // Renewed files are used by the next connection.
        File.Copy(other.CertFile(Client), directory.File("client.crt"));
        File.Copy(other.KeyFile(Client), directory.File("client.key"));
        await using var renewing = Connect(
            good with { CertificateFile = directory.File("client.crt"), KeyFile = directory.File("client.key") });
        await Assert.ThrowsAsync<EtcdException>(() => renewing.Kv.PutAsync("k", "v"));
        File.Copy(pki.CertFile(Client), directory.File("client.crt"), overwrite: true);
        File.Copy(pki.KeyFile(Client), directory.File("client.key"), overwrite: true);
        await renewing.WithTimeout(Limit).Kv.GetAsync("k");

        EtcdClient Connect(EtcdTlsOptions tls) => new(
            new EtcdClientOptions { Endpoints = [url], Tls = tls, CommandTimeout = TimeSpan.FromSeconds(3) });

        async Task PutAsync(EtcdTlsOptions tls)
        {
            await using var client = Connect(tls);
            await client.WithTimeout(Limit).Kv.PutAsync("k", "v");
        }

        async Task UnreachableAsync(EtcdTlsOptions tls)
        {
            await using var client = Connect(tls);
            var problem = await Assert.ThrowsAsync<EtcdException>(() => client.Kv.PutAsync("k", "v"));
            Assert.True(problem.Code is StatusCode.DeadlineExceeded or StatusCode.Unavailable, problem.Message);
        }
    }

    private static async Task RefusedAsync(string description, Task call)
    {
        var problem = await Assert.ThrowsAsync<EtcdException>(() => call);
        Assert.Equal(description, problem.Description);
    }
}
