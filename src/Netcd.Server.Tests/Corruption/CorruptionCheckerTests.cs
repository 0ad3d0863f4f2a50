using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server.Corruption;
using Netcd.Server.Peers;

namespace Netcd.Server.Tests.Corruption;

/// <summary>Member 1 checks; a peer is written as id:hash/compact revision/current revision.</summary>
public sealed class CorruptionCheckerTests
{
    private readonly FakeCorruptionHost _host = new();
    private readonly CorruptionChecker _checker;

    public CorruptionCheckerTests() => _checker = new CorruptionChecker(_host, TimeSpan.FromSeconds(7), log: null);

    [Theory]
    [InlineData(true,  "2:7/5/20", "3:7/5/20")]
    [InlineData(false, "2:7/5/20", "3:8/5/20")]
    [InlineData(true,  "2:7/5/20", "3:8/6/20")] // Compacted elsewhere: nothing can be said.
    [InlineData(true,  "2:7/5/20", "3:?")]
    public async Task A_member_with_other_data_than_a_peer_does_not_start(bool isSound, params string[] peers)
    {
        Own(hash: 7, compacted: 5, revision: 20);
        _host.Peers = _ => All(peers);
        Assert.Equal(isSound, await _checker.IsSoundAtStartAsync());
        Assert.Empty(_host.Raised);
    }

    [Theory]
    [InlineData("",  "2:7/5/20", "3:7/5/20")]
    [InlineData("3", "2:7/5/20", "3:8/5/20")]
    [InlineData("2", "2:9/5/20", "3:8/5/20")] // One alarm a check.
    [InlineData("",  "2:8/4/20", "3:7/5/19")] // Compacted earlier: another hash is right.
    [InlineData("3", "2:7/5/20", "3:7/5/21")] // A follower ahead of its leader.
    [InlineData("3", "2:7/5/20", "3:7/6/20")] // Compacted what the leader did not.
    [InlineData("",  "2:?",      "3:?")]
    public async Task The_leader_raises_an_alarm_for_a_follower_that_differs(string raised, params string[] peers)
    {
        Own(hash: 7, compacted: 5, revision: 20);
        _host.Peers = _ => All(peers);
        await _checker.CheckAsync();
        Assert.Equal(raised, string.Join(',', _host.Raised));
    }

    [Fact]
    public async Task A_leader_whose_own_hash_changes_without_a_write_raises_the_alarm_for_itself()
    {
        Own(hash: 7, compacted: 5, revision: 20);
        Own(hash: 8, compacted: 5, revision: 20);
        _host.Peers = _ => All("2:9/5/20");
        await _checker.CheckAsync();
        Assert.Equal([_host.Id], _host.Raised);
    }

    [Fact]
    public async Task Writes_and_compactions_between_the_two_looks_are_no_corruption()
    {
        Own(hash: 7, compacted: 5, revision: 20);
        Own(hash: 8, compacted: 6, revision: 22);
        _host.Peers = _ => All("2:7/5/22", "3:9/6/22");
        await _checker.CheckAsync();
        Assert.Empty(_host.Raised);
    }

    [Fact]
    public async Task Nothing_is_said_by_a_leader_that_may_be_none()
    {
        Own(hash: 7, compacted: 5, revision: 20);
        _host.Read = Refusal.Timeout;
        _host.Peers = _ => All("2:8/5/20");
        await _checker.CheckAsync();
        Assert.Empty(_host.Raised);
    }

    [Theory]
    [InlineData("",    "2:7/5/0", "3:7/5/0")]
    [InlineData("3",   "2:7/5/0", "3:8/5/0")]
    [InlineData("1",   "2:8/5/0", "3:8/5/0")] // The leader is the odd one.
    [InlineData("0",   "2:8/5/0", "3:9/5/0")] // Nobody knows who.
    [InlineData("0",   "2:8/5/0", "3:?")]
    [InlineData("4,5", "2:7/5/0", "3:7/5/0", "4:8/5/0", "5:9/5/0")]
    [InlineData("",    "2:7/5/0", "3:8/4/0")] // Not the same compaction.
    public async Task After_a_compaction_those_who_differ_from_a_quorum_are_corrupt(
        string raised, params string[] peers)
    {
        _host.CompactionHashes = [new KeyValueHash(7, 5, 20)];
        _host.Peers = _ => All(peers);
        await _checker.CheckCompactionsAsync();
        Assert.Equal(raised, string.Join(',', _host.Raised.Order()));
    }

    [Fact]
    public async Task The_newest_compaction_that_all_members_have_is_compared_and_then_not_again()
    {
        var asked = new List<long>();
        _host.CompactionHashes = [new(7, 10, 20), new(8, 20, 30), new(9, 30, 40)];
        _host.Peers = revision =>
        {
            asked.Add(revision);
            return revision == 40 ? All("2:9/30/40", "3:?") : All("2:8/20/40", "3:8/20/40");
        };
        await _checker.CheckCompactionsAsync();
        Assert.Equal([40L, 30L], asked);
        asked.Clear();
        _host.Peers = revision =>
        {
            asked.Add(revision);
            return All("2:9/30/40", "3:9/30/40");
        };
        await _checker.CheckCompactionsAsync();
        await _checker.CheckCompactionsAsync();
        Assert.Equal([40L], asked);
        Assert.Empty(_host.Raised);
    }

    private static IReadOnlyList<PeerHashReport> All(params string[] peers) => [.. peers.Select(One)];

    private static PeerHashReport One(string peer)
    {
        var parts = peer.Split(':', '/');
        var id = new MemberId(ulong.Parse(parts[0]));
        return parts[1] == "?"
            ? new PeerHashReport(id, new PeerHash(Refusal.Timeout, MemberId.None, default, 0))
            : new PeerHashReport(
                id,
                new PeerHash(
                    Refusal.None,
                    MemberId.None,
                    new KeyValueHash(uint.Parse(parts[1]), long.Parse(parts[2]), 0),
                    long.Parse(parts[3])));
    }

    private void Own(uint hash, long compacted, long revision) =>
        _host.Own.Enqueue(new KeyValueHash(hash, compacted, revision));
}
