using System.Text.RegularExpressions;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Cluster;

/// <summary>
/// What an operator does to a cluster in its life, with real etcdctl: grows it over a learner, is refused what would harm
/// it, replaces members, removes the leader, shrinks it. The transcript has what etcdctl printed, with ids and addresses
/// replaced by the members' names, so that those of two programs can be compared.
/// </summary>
internal sealed partial class MembershipWalk : IAsyncDisposable
{
    private const string NotInSync = "can only promote a learner member which is in sync with leader";

    // A member that was connected for less than five seconds does not count as healthy yet.
    private static readonly string[] NotYetHealthy = ["etcdserver: unhealthy cluster"];

    private readonly ServerKind _kind;
    private readonly EtcdCluster _cluster;
    private readonly List<string> _transcript = [];
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    private MembershipWalk(ServerKind kind, EtcdCluster cluster)
    {
        _kind = kind;
        _cluster = cluster;
    }

    public static async Task<IReadOnlyList<string>> RunAsync(ServerKind kind)
    {
        var cluster = await EtcdCluster.StartAsync(ClusterOptions.Of(kind, 1));
        await using var walk = new MembershipWalk(kind, cluster);
        await walk.LearnNamesAsync(cluster.Members[0]);
        await walk.GrowOverLearnerAsync();
        await walk.BeRefusedAsync();
        await walk.GrowToFiveAsync();
        await walk.RemoveLeaderAsync();
        await walk.ReplaceDeadMemberAsync();
        await walk.ShrinkAsync();
        return walk._transcript;
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [GeneratedRegex("Member +([0-9a-f]+) added to cluster +([0-9a-f]+)")]
    private static partial Regex AddedMember();

    [GeneratedRegex("ETCD_INITIAL_CLUSTER=\"(.*)\"")]
    private static partial Regex InitialCluster();

    private static string IdOf(Dictionary<string, string> names, ClusterMember member) =>
        names.Single(pair => pair.Value == member.Name).Key;

    private async Task GrowOverLearnerAsync()
    {
        var first = _cluster.Members[0];
        await RecordAsync(first, "member", "list");
        var learner = await AddAsync(first, "--learner");
        await RecordAsync(first, "member", "promote", IdOf(_names, learner));
        await StartAsync(learner);
        await RecordAsync(first, "member", "list");
        await RecordAsync(first, "put", "key", "value");
        await RecordAsync(learner, "put", "key", "value");
        await RecordAsync(learner, "get", "key");
        await RecordAsync(learner, "get", "key", "--consistency=s");
        await RecordAsync(first, "member", "add", "second-learner", "--learner", "--peer-urls=http://127.0.0.1:1");
        await RecordAsync(first, "move-leader", IdOf(_names, learner));
        await PromoteAsync(first, learner);
        await RecordAsync(first, "member", "promote", IdOf(_names, learner));
        await RecordAsync(first, "member", "list");
    }

    private async Task BeRefusedAsync()
    {
        var first = _cluster.Members[0];
        await RecordAsync(first, "member", "remove", "abcdef");
        await RecordAsync(first, "member", "promote", "abcdef");
        await RecordAsync(first, "member", "update", "abcdef", "--peer-urls=http://127.0.0.1:1");
        await RecordAsync(first, "member", "add", "twin", $"--peer-urls={_cluster.Members[1].PeerUrl}");
        await RecordAsync(first, "member", "add", "odd", "--peer-urls=ftp://127.0.0.1:1");
        await RecordAsync(
            first, "member", "update", IdOf(_names, first), $"--peer-urls={_cluster.Members[1].PeerUrl}");
        await RecordAsync(first, "member", "update", IdOf(_names, first), $"--peer-urls={first.PeerUrl}");
    }

    private async Task GrowToFiveAsync()
    {
        for (var size = 3; size <= 5; size++)
        {
            var member = await AddAsync(_cluster.Members[0]);
            if (size == 3)
            {
                // An announced voter that never started stands in the way of the next.
                await RecordAtOnceAsync(_cluster.Members[0], "member", "add", "m9", "--peer-urls=http://127.0.0.1:1");
            }

            await StartAsync(member);
            await RecordAsync(member, "member", "list");
        }

        await RecordAsync(_cluster.Members[4], "put", "key", "of five");
        await RecordAsync(_cluster.Members[3], "get", "key");
    }

    private async Task RemoveLeaderAsync()
    {
        var leader = await _cluster.LeaderAsync();
        await _cluster.MoveLeaderAsync(_cluster.Members[2]);
        _transcript.Add($"# removes the leader, which is {_cluster.Members[2].Name} now");
        leader = _cluster.Members[2];
        var other = _cluster.Members[0];
        await RecordAsync(other, "member", "remove", IdOf(_names, leader));
        _transcript.Add($"# its process ends with {await leader.Server.WaitForExitAsync()}");
        await _cluster.LeaderAsync();
        await _cluster.WaitHealthyAsync();
        await RecordAsync(other, "member", "remove", IdOf(_names, leader));
        await RecordAsync(other, "member", "list");
        await RecordAsync(other, "put", "key", "without the leader");

        leader.Launch();
        // Real etcd ends with 0 or 1, as it happens to be ready by then or not.
        await leader.Server.WaitForExitAsync();
        _transcript.Add("# started again, it ends");
        await _cluster.DropAsync(leader);
    }

    // Three members are left for this, so that a further one would need the dead one for its quorum.
    private async Task ReplaceDeadMemberAsync()
    {
        await RemoveLastAsync();
        var (first, dead) = (_cluster.Members[0], _cluster.Members[^1]);
        await dead.KillAsync();
        await _cluster.WaitHealthyAsync();
        await RecordAtOnceAsync(first, "member", "add", "m9", "--peer-urls=http://127.0.0.1:1");
        await RecordAtOnceAsync(first, "member", "remove", IdOf(_names, dead));
        await _cluster.DropAsync(dead);
        var replacement = await AddAsync(first);
        await StartAsync(replacement);
        await RecordAsync(replacement, "get", "key");
        await RecordAsync(first, "member", "list");
    }

    private async Task ShrinkAsync()
    {
        while (_cluster.Members.Count > 1)
        {
            await RemoveLastAsync();
        }

        await RecordAsync(_cluster.Members[0], "member", "list");
        await RecordAsync(_cluster.Members[0], "put", "key", "alone");
        await RecordAsync(_cluster.Members[0], "get", "key");
    }

    private async Task RemoveLastAsync()
    {
        var (first, last) = (_cluster.Members[0], _cluster.Members[^1]);
        await RecordAsync(first, "member", "remove", IdOf(_names, last));
        _transcript.Add($"# its process ends with {await last.Server.WaitForExitAsync()}");
        await _cluster.DropAsync(last);
        await _cluster.WaitHealthyAsync();
    }

    private async Task<ClusterMember> AddAsync(ClusterMember through, params string[] flags)
    {
        var member = _cluster.Add(_kind);
        string[] arguments = ["member", "add", member.Name, $"--peer-urls={member.PeerUrl}", .. flags];
        var result = await RunUntilAsync(through, NotYetHealthy, arguments);
        var added = AddedMember().Match(result.Success);
        Assert.True(added.Success, result.Output);
        _names[added.Groups[1].Value] = member.Name;
        Record(arguments, result);
        member.InitialCluster = InitialCluster().Match(result.Output).Groups[1].Value;
        member.JoinsExisting = true;
        return member;
    }

    private async Task StartAsync(ClusterMember member)
    {
        await member.StartAsync();
        await _cluster.WaitHealthyAsync();
    }

    // Until the learner has what the leader has.
    private async Task PromoteAsync(ClusterMember through, ClusterMember learner)
    {
        string[] arguments = ["member", "promote", IdOf(_names, learner)];
        Record(arguments, await RunUntilAsync(through, [NotInSync, .. NotYetHealthy], arguments));
        await _cluster.WaitHealthyAsync();
    }

    private async Task<ProcessResult> RunUntilAsync(ClusterMember through, string[] transient, string[] arguments)
    {
        ProcessResult? result = null;
        await EtcdCluster.UntilAsync(string.Join(' ', arguments), async () =>
        {
            result = await _cluster.Ctl(through).RunAsync(arguments);
            return !Transient.IsSaidIn(result.Error)
                && !transient.Any(text => result.Error.Contains(text, StringComparison.Ordinal));
        });
        return result!;
    }

    private async Task RecordAsync(ClusterMember through, params string[] arguments) =>
        Record(arguments, await RunUntilAsync(through, NotYetHealthy, arguments));

    private async Task RecordAtOnceAsync(ClusterMember through, params string[] arguments) =>
        Record(arguments, await _cluster.Ctl(through).RunAsync(arguments));

    private void Record(string[] arguments, ProcessResult result)
    {
        // The client's own log of retries has times in it.
        var errors = result.Error.Split('\n').Where(line => line.StartsWith("Error: ", StringComparison.Ordinal));
        var output = result.Output.TrimEnd('\n').Split('\n');
        if (arguments is ["member", "list", ..])
        {
            // The list is sorted by id; ids differ from run to run.
            output = [.. output.Select(Normalize).Order(StringComparer.Ordinal)];
        }

        _transcript.Add(
            $"> {Normalize(string.Join(' ', arguments))}\n"
            + Normalize(string.Join('\n', output.Concat(errors))) + $"\n= {result.ExitCode}");
    }

    private string Normalize(string text)
    {
        foreach (var (id, name) in _names)
        {
            // etcdctl pads the id to 16 places here; one id in sixteen is shorter than that.
            text = text.Replace($"Member {id,16} ", $"Member {id} ", StringComparison.Ordinal)
                .Replace(id, $"<{name}>", StringComparison.Ordinal);
        }

        foreach (var member in _cluster.Members)
        {
            text = text.Replace(member.PeerUrl, $"<peer {member.Name}>", StringComparison.Ordinal)
                .Replace(member.ClientUrl, $"<client {member.Name}>", StringComparison.Ordinal);
        }

        text = ClusterId().Replace(text, "cluster <id>");
        return string.Join('\n', text.Split('\n').Select(SortInitialCluster));
    }

    private static string SortInitialCluster(string line)
    {
        var match = InitialCluster().Match(line);
        return match.Success
            ? $"ETCD_INITIAL_CLUSTER=\"{string.Join(',', match.Groups[1].Value.Split(',').Order(StringComparer.Ordinal))}\""
            : line;
    }

    private async Task LearnNamesAsync(ClusterMember member)
    {
        var header = (await member.Client.StatusAsync()).Header;
        _names[header.MemberId.ToString("x")] = member.Name;
    }

    [GeneratedRegex("cluster +[0-9a-f]+$", RegexOptions.Multiline)]
    private static partial Regex ClusterId();
}
