using Netcd.Conformance.Cluster;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Bootstrap;

/// <summary>One member of three goes on alone with <c>--force-new-cluster</c>, whoever wrote its data.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ForcedClusterTests
{
    public static TheoryData<ServerKind, ServerKind> Kinds() => new()
    {
        { ServerKind.Go, ServerKind.Netcd },
        { ServerKind.Netcd, ServerKind.Go },
        { ServerKind.Netcd, ServerKind.Netcd },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_last_member_of_three_goes_on_alone(ServerKind before, ServerKind after)
    {
        // So many entries that the data has a snapshot with three voters, and entries after it.
        await using var cluster = await EtcdCluster.StartAsync(
            ClusterOptions.Of(before, 3) with { Flags = ["--snapshot-count=50"] });
        var survivor = cluster.Members[1];
        for (var i = 0; i < 120; i++)
        {
            await survivor.Client.PutAsync($"key{i}", $"value{i}");
        }

        var state = await StoreState.ReadAsync(survivor.Client);

        // Ended in order: what Go knows to be committed is in a buffer of its log for a while, and entries that are not
        // known to be committed are given up, as they should be.
        await survivor.StopAsync();
        await Task.WhenAll(cluster.Running.ToList().Select(member => member.KillAsync()));

        survivor.Kind = after;
        await using (var forced = await EtcdServer.StartWithAsync(
            after, survivor.ClientUrl, [.. survivor.Arguments, "--force-new-cluster"]))
        {
            Assert.Equal(state, await StoreState.ReadAsync(survivor.Client));
            await AssertAloneAsync(survivor);
            await survivor.Client.PutAsync("after", "force");
            await forced.StopAsync();
        }

        // It stays alone without the flag, with either program.
        foreach (var kind in new[] { after, before })
        {
            survivor.Kind = kind;
            await survivor.StartAsync();
            await AssertAloneAsync(survivor);
            Assert.Equal("force", await ReadAsync(survivor, "after"));
            await survivor.StopAsync();
        }
    }

    private static async Task AssertAloneAsync(ClusterMember member)
    {
        var members = (await member.Client.MembersAsync()).Members;
        Assert.Equal((member.Name, member.PeerUrl), (Assert.Single(members).Name, Assert.Single(members[0].PeerURLs)));
    }

    private static async Task<string> ReadAsync(ClusterMember member, string key)
    {
        var answer = await member.Client.RangeAsync(new() { Key = V3Client.Bytes(key) });
        return Assert.Single(answer.Kvs).Value.ToStringUtf8();
    }
}
