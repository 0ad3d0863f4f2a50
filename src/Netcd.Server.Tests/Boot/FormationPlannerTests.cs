using System.Net;
using System.Net.Sockets;
using Netcd.Base;
using Netcd.Server.Boot;
using Netcd.Server.Membership;
using Netcd.Server.Peers;
using Netcd.TestKit;
using Netcd.TestKit.Disk;

namespace Netcd.Server.Tests.Boot;

public sealed class FormationPlannerTests
{
    private const string UrlA = "http://127.0.0.1:2380";
    private const string UrlB = "http://127.0.0.1:2381";
    private const string UrlC = "http://127.0.0.1:2382";
    private const ulong RunningCluster = 0xabcdef;

    private static readonly IReadOnlyList<InitialMember> Three =
        [new("a", [UrlA]), new("b", [UrlB]), new("c", [UrlC])];

    private readonly FakePeerClient _peers = new();
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Members_of_a_new_cluster_agree_on_all_ids()
    {
        var formations = new List<ClusterFormation>();
        foreach (var member in Three)
        {
            formations.Add(await DecideAsync(Options(member.Name)));
        }

        foreach (var formation in formations)
        {
            Assert.True(formation.IsNew);
            Assert.Equal(formations[0].ClusterId, formation.ClusterId);
            Assert.Equal(
                formations[0].Members.Select(member => (member.Id, member.Name)),
                formation.Members.Select(member => (member.Id, member.Name)));
            Assert.Equal(formation.Members.Select(member => member.Id).Order(), formation.Members.Select(m => m.Id));
        }

        Assert.Equal(3, formations.Select(formation => formation.Self).Distinct().Count());
    }

    [Fact]
    public async Task A_member_that_was_in_the_cluster_before_does_not_start_it_anew()
    {
        var self = ClusterIdentity.MemberIdOf([UrlA], "etcd-cluster");
        _peers.Silent.Add(UrlB);
        _peers.Clusters[UrlC] = Running(new ClusterMember(self, "a", [UrlA], ["http://127.0.0.1:2379"], false));
        var decision = DecideAsync(Options("a"));
        _time.Advance(TimeSpan.FromSeconds(1));
        var error = await Assert.ThrowsAsync<MemberStartException>(() => decision);
        Assert.Equal($"member {self} has already been bootstrapped", error.Message);
    }

    [Fact]
    public async Task A_member_that_never_published_itself_may_start_again()
    {
        var self = ClusterIdentity.MemberIdOf([UrlA], "etcd-cluster");
        _peers.Clusters[UrlB] = Running(new ClusterMember(self, "", [UrlA], [], IsLearner: false));
        Assert.Equal(self, (await DecideAsync(Options("a"))).Self);
        Assert.Equal([UrlB, UrlC], _peers.Asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_member_that_has_a_log_asks_nobody()
    {
        var disk = new SimDisk();
        using (new TestMember(disk))
        {
        }

        var planner = new FormationPlanner(Options("a") with { DataDirectory = TestMember.DataDirectory, Disk = disk });
        Assert.Null(await planner.DecideAsync(default));
        Assert.Empty(_peers.Asked);
    }

    public static TheoryData<string, string, string, string, string> RefusedFlags() => new()
    {
        {
            "unknown name", "a=http://1.1.1.1:1", "http://1.1.1.1:1", "x",
            "couldn't find local name \"x\" in the initial cluster configuration"
        },
        {
            "not advertised", "a=http://1.1.1.1:1", "http://1.1.1.2:1", "a",
            "--initial-cluster has a=http://1.1.1.1:1 but missing from --initial-advertise-peer-urls=http://1.1.1.2:1 "
            + "(resolved urls: \"http://1.1.1.2:1\" != \"http://1.1.1.1:1\")"
        },
        {
            "advertised twice", "a=http://1.1.1.1:1", "http://1.1.1.1:1,http://1.1.1.1:2", "a",
            "--initial-advertise-peer-urls has http://1.1.1.1:2 but missing from "
            + "--initial-cluster=a=http://1.1.1.1:1,a=http://1.1.1.1:2"
        },
        {
            "two in the cluster", "a=http://1.1.1.1:1,a=http://1.1.1.1:2", "http://1.1.1.1:1", "a",
            "--initial-cluster has a=http://1.1.1.1:2 but missing from --initial-advertise-peer-urls=http://1.1.1.1:1 "
            + "(len([\"http://1.1.1.1:1\"]) != len([\"http://1.1.1.1:1\" \"http://1.1.1.1:2\"]))"
        },
        {
            "duplicate", "a=http://1.1.1.1:1,b=http://1.1.1.1:1", "http://1.1.1.1:1", "a",
            "initial cluster a=http://1.1.1.1:1,b=http://1.1.1.1:1 has duplicate url"
        },
        {
            "unresolvable", "a=http://nowhere:1", "http://1.1.1.1:1", "a",
            "--initial-cluster has a=http://nowhere:1 but missing from --initial-advertise-peer-urls=http://1.1.1.1:1 "
            + "(failed to resolve \"http://nowhere:1\" (lookup nowhere: no such host))"
        },
    };

    [Theory]
    [MemberData(nameof(RefusedFlags))]
    public async Task Flags_that_do_not_fit_are_refused(
        string what, string cluster, string advertised, string name, string text)
    {
        var members = cluster.Split(',').Select(pair => pair.Split('=')).GroupBy(pair => pair[0], pair => pair[1]);
        var decision = DecideAsync(Options(name) with
        {
            InitialCluster = [.. members.Select(member => new InitialMember(member.Key, [.. member]))],
            AdvertisePeerUrls = advertised.Split(','),
        });
        while (!decision.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var error = await Assert.ThrowsAsync<MemberStartException>(() => decision);
        Assert.True(error.Message == text, $"{what}: {error.Message}");
    }

    [Fact]
    public async Task Host_names_are_compared_by_address()
    {
        var formation = await DecideAsync(Options("a") with
        {
            InitialCluster = [new("a", ["http://known:2380"])], AdvertisePeerUrls = ["http://10.0.0.7:2380"],
        });
        Assert.Equal(ClusterIdentity.MemberIdOf(["http://known:2380"], "etcd-cluster"), formation.Self);
    }

    [Fact]
    public async Task A_joining_member_takes_the_ids_that_the_cluster_gave()
    {
        _peers.Clusters[UrlB] = Running(Member(3, UrlA, isLearner: true), Member(1, UrlC), Member(2, UrlB));
        _peers.Versions[UrlC] = new PeerVersions("3.5.30", "3.5.0", "");
        _peers.Downgrades[UrlB] = false;
        var formation = await DecideAsync(Joining());
        Assert.False(formation.IsNew);
        Assert.Equal(new MemberId(3), formation.Self);
        Assert.Equal(RunningCluster, formation.ClusterId);
        Assert.Equal([1UL, 2UL, 3UL], formation.Members.Select(member => member.Id.Value));
        Assert.Equal(["c", "b", "a"], formation.Members.Select(member => member.Name));
    }

    [Fact]
    public async Task A_joining_member_is_found_by_the_address_of_its_host_name()
    {
        _peers.Clusters[UrlB] = Running(Member(3, "http://10.0.0.7:2380"), Member(1, UrlC), Member(2, UrlB));
        _peers.Versions[UrlC] = new PeerVersions("3.5.30", "3.5.0", "");
        var formation = await DecideAsync(Joining() with
        {
            InitialCluster = [new("a", ["http://known:2380"]), new("b", [UrlB]), new("c", [UrlC])],
        });
        Assert.Equal(new MemberId(3), formation.Self);
    }

    [Fact]
    public async Task The_log_of_a_joining_member_is_empty_and_says_who_it_is()
    {
        _peers.Clusters[UrlB] = Running(Member(3, UrlA), Member(1, UrlC), Member(2, UrlB));
        _peers.Versions[UrlC] = new PeerVersions("3.5.30", "3.5.0", "");
        var options = Joining() with { OnFatal = _ => { } };
        using var member = Server.Member.Open(options with { Formation = await DecideAsync(options) });
        Assert.Equal(new MemberId(3), member.Id);
        Assert.Equal(RunningCluster, member.ClusterId);
        Assert.Empty(member.Members);
        Assert.Equal(LogIndex.Zero, member.CommittedIndex);
    }

    [Theory]
    [InlineData("nobody", "cannot fetch cluster info from peer urls: could not retrieve cluster information from the given URLs")]
    [InlineData("empty", "cannot fetch cluster info from peer urls: failed to get raft cluster member(s) from the given URLs")]
    [InlineData("count", "error validating peerURLs {ClusterID:abcdef Members:[&{ID:1 RaftAttributes:{PeerURLs:[http://127.0.0.1:2382] IsLearner:false} Attributes:{Name:m1 ClientURLs:[http://c]}} &{ID:2 RaftAttributes:{PeerURLs:[http://127.0.0.1:2381] IsLearner:false} Attributes:{Name:m2 ClientURLs:[http://c]}}] RemovedMemberIDs:[]}: member count is unequal")]
    [InlineData("url", "PeerURLs: no match found for existing member (3, [http://127.0.0.1:9]), last resolver error (resolved urls: \"http://127.0.0.1:9\" != \"http://127.0.0.1:2380\")")]
    [InlineData("too low", "incompatible with current running cluster")]
    [InlineData("too high", "incompatible with current running cluster")]
    [InlineData("one too high", "incompatible with current running cluster")]
    [InlineData("undecided", "incompatible with current running cluster")]
    [InlineData("downgrading", "incompatible with current running cluster")]
    [InlineData("silent", "incompatible with current running cluster")]
    [InlineData("learners", "membership: too many learner members in cluster")]
    public async Task A_cluster_that_does_not_fit_is_not_joined(string what, string text)
    {
        _peers.Clusters[UrlB] = what switch
        {
            "empty" => Running(),
            "count" => Running(Member(1, UrlC), Member(2, UrlB)),
            "url" => Running(Member(1, UrlC), Member(2, UrlB), Member(3, "http://127.0.0.1:9")),
            "learners" => Running(Member(1, UrlC), Member(2, UrlB, isLearner: true), Member(3, UrlA, isLearner: true)),
            _ => Running(Member(1, UrlC), Member(2, UrlB), Member(3, UrlA)),
        };
        if (what == "nobody")
        {
            _peers.Clusters.Clear();
        }

        if (what != "silent")
        {
            var version = what switch
            {
                "too low" => "2.3.0", "too high" => "3.7.0", "undecided" => "not_decided", _ => "3.5.0",
            };
            _peers.Versions[UrlB] = new PeerVersions("3.5.30", version, "");
        }

        if (what == "one too high")
        {
            _peers.Versions[UrlC] = new PeerVersions("3.9.0", "3.9.0", "");
        }

        _peers.Downgrades[UrlC] = what == "downgrading";
        var error = await Assert.ThrowsAsync<MemberStartException>(() => DecideAsync(Joining()));
        Assert.EndsWith(text, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_cluster_is_lowered_to_our_version_it_may_be_joined_from_one_above()
    {
        _peers.Clusters[UrlB] = Running(Member(1, UrlC), Member(2, UrlB), Member(3, UrlA));
        _peers.Versions[UrlC] = new PeerVersions("3.7.1", "3.7.0", "");
        _peers.Downgrades[UrlC] = true;
        Assert.Equal(new MemberId(3), (await DecideAsync(Joining())).Self);
    }

    [Fact]
    public async Task A_discovered_cluster_has_the_members_that_were_registered()
    {
        var discovery = new FakeDiscovery(Three);
        var options = Options("a") with { InitialCluster = [Three[0]], InitialClusterToken = "token" };
        var formation = await new FormationPlanner(options, discovery).DecideAsync(default);
        Assert.NotNull(formation);
        Assert.Equal(ClusterIdentity.MemberIdOf([UrlA], "token"), formation.Self);
        Assert.Equal((formation.Self, "a=" + UrlA), discovery.Registered);
        Assert.Equal(3, formation.Members.Count);
    }

    private static ClusterMember Member(ulong id, string url, bool isLearner = false) =>
        new(new MemberId(id), $"m{id}", [url], ["http://c"], isLearner);

    private static RemoteCluster Running(params ClusterMember[] members) => new(RunningCluster, members);

    private static Task<IPAddress[]> LookUp(string host, CancellationToken cancellation) =>
        host == "known"
            ? Task.FromResult(new[] { IPAddress.Parse("10.0.0.7") })
            : throw new SocketException((int)SocketError.HostNotFound);

    private async Task<ClusterFormation> DecideAsync(MemberOptions options)
    {
        var formation = await new FormationPlanner(options, lookup: LookUp).DecideAsync(default);
        Assert.NotNull(formation);
        return formation;
    }

    private MemberOptions Joining() => Options("a") with { IsNewCluster = false };

    private MemberOptions Options(string name) => new()
    {
        Name = name,
        DataDirectory = "/data",
        InitialCluster = Three,
        AdvertisePeerUrls = Three.FirstOrDefault(member => member.Name == name)?.PeerUrls ?? [],
        Disk = new SimDisk(),
        Time = _time,
        PeerClient = _peers,
    };

    private sealed class FakeDiscovery(IReadOnlyList<InitialMember> members) : IClusterDiscovery
    {
        public (MemberId Self, string Pairs) Registered { get; private set; }

        public Task<IReadOnlyList<InitialMember>> JoinAsync(
            MemberId self, string pairs, CancellationToken cancellation)
        {
            Registered = (self, pairs);
            return Task.FromResult(members);
        }
    }
}
