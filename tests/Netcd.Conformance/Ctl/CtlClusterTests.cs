using System.Net;
using System.Text.RegularExpressions;
using Netcd.Conformance.Cluster;
using Netcd.Conformance.Infrastructure;
using Netcd.TestKit;

namespace Netcd.Conformance.Ctl;

/// <summary>What takes more than one member, or a name server.</summary>
public sealed partial class CtlClusterTests
{
    private const int AttemptsMax = 10;
    private const string Domain = "cluster.test";

    // A name server is expected at its usual port: one address of loopback that nobody else uses.
    private static readonly IPAddress NameServer = IPAddress.Parse("127.53.53.53");

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task Leadership_moves_with_the_words_of_real_etcdctl(ServerKind kind)
    {
        await using var cluster = await EtcdCluster.StartAsync(ClusterOptions.Of(kind, 3));
        var endpoints = $"--endpoints={string.Join(',', cluster.Members.Select(member => member.ClientUrl))}";
        var words = new List<string>();
        foreach (var format in new[] { "simple", "json", "fields" })
        {
            foreach (var tool in new[] { CtlTool.Go, CtlTool.Netcd })
            {
                words.Add(await MoveAsync(cluster, tool, [endpoints, "-w", format]));
            }

            Assert.Equal(words[^2], words[^1]);
        }

        Assert.Equal("0: Leadership transferred from ID to ID\n", words[0]);
        Assert.Equal(await MoveByFollowerAsync(cluster, CtlTool.Go), await MoveByFollowerAsync(cluster, CtlTool.Netcd));
    }

    [Fact]
    public async Task Endpoints_come_from_the_name_server_as_with_real_etcdctl()
    {
        using var directory = new TemporaryDirectory();
        await using var names = new FakeNameServer(NameServer);
        await using var server = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("data"));
        await File.WriteAllTextAsync(directory.File("resolv.conf"), $"nameserver {NameServer}\n");
        await File.WriteAllTextAsync(directory.File("hosts"), $"127.0.0.1 localhost one.{Domain}\n");
        var port = (ushort)new Uri(server.ClientUrl).Port;
        names.Records[$"_etcd-client._tcp.{Domain}"] = [(0, 0, port, $"one.{Domain}")];
        names.Records[$"_etcd-client-blue._tcp.{Domain}"] = [(0, 0, port, $"one.{Domain}")];
        foreach (var line in new[]
        {
            $"--discovery-srv={Domain} --insecure-discovery=true put foo bar",
            $"--discovery-srv={Domain} get foo",
            $"--discovery-srv={Domain} --discovery-srv-name=blue get foo",
            $"--discovery-srv={Domain} --discovery-srv-name=red get foo",
            $"--discovery-srv={Domain} --insecure-discovery=false --dial-timeout=300ms --command-timeout=500ms "
            + "--endpoints=127.0.0.1:1 get foo",
            "--discovery-srv=nowhere.test get foo",
        })
        {
            var wanted = await RunAsync(CtlTool.Go, line);
            var found = await RunAsync(CtlTool.Netcd, line);
            Assert.Equal($"{line}: {wanted}", $"{line}: {found}");
        }

        // The tools see a name server and a host that nobody else on this machine does. Needs root.
        async Task<string> RunAsync(CtlTool tool, string line)
        {
            var result = await Command.RunAsync(
                "unshare",
                [
                    "--mount", "bash", "-c",
                    $"mount --bind '{directory.File("resolv.conf")}' \"$(realpath /etc/resolv.conf)\" && "
                    + $"mount --bind '{directory.File("hosts")}' /etc/hosts && exec '{tool.Path()}' {line}",
                ]);
            var words = result.Error.Split('\n').Where(one => !one.StartsWith('{'));
            return $"{result.ExitCode}\n{result.Output}{string.Join('\n', words)}";
        }
    }

    private static async Task<string> MoveAsync(EtcdCluster cluster, CtlTool tool, string[] flags)
    {
        var said = "";
        for (var attempt = 0; attempt < AttemptsMax && !said.StartsWith("0:", StringComparison.Ordinal); attempt++)
        {
            // Elections of a busy machine may come in between: then there is nothing to compare yet.
            var leader = await cluster.LeaderAsync();
            var target = cluster.Members.First(member => member != leader);
            var id = (await target.Client.StatusAsync()).Header.MemberId;
            var result = await tool.RunAsync([.. flags, "move-leader", id.ToString("x")]);
            said = Id().Replace($"{result.ExitCode}: {result.Output}{result.Error}", "ID");
            await cluster.WaitHealthyAsync();
        }

        return said;
    }

    private static async Task<string> MoveByFollowerAsync(EtcdCluster cluster, CtlTool tool)
    {
        var leader = await cluster.LeaderAsync();
        var follower = cluster.Members.First(member => member != leader);
        var id = (await follower.Client.StatusAsync()).Header.MemberId;
        var result = await tool.RunAsync([$"--endpoints={follower.ClientUrl}", "move-leader", id.ToString("x")]);
        return $"{result.ExitCode}: {result.Output}{result.Error}"
            .Replace(follower.ClientUrl, "FOLLOWER", StringComparison.Ordinal);
    }

    [GeneratedRegex("[0-9a-f]{15,16}|(?<=[\": ])[0-9]{17,20}|(?<=raft_term\"|RaftTerm\" )[: ]*[0-9]+")]
    private static partial Regex Id();
}
