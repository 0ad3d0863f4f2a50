using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Server.Leasing;
using Netcd.Server.Peers;
using Netcd.Server.Tests.Peers;
using Netcd.TestKit;

namespace Netcd.Server.Tests.Leasing;

public sealed class LeaseServiceTests
{
    private static readonly LeaseId Lease = new(7);

    private readonly ManualTime _time = new();
    private readonly FakeLeaseHost _host = new();
    private readonly FakePeerClient _peers = new();
    private readonly Lessor _lessor;
    private readonly LeaseService _leases;

    public LeaseServiceTests()
    {
        _lessor = new Lessor(new NoLeaseStore(), new LessorOptions { CheckpointsEnabled = true }, _time);
        _lessor.Promote(TimeSpan.Zero);
        _lessor.Grant(Lease, 60, out _);
        var leaders = new LeaderLookup(_host, _time, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(7));
        _leases = new LeaseService(_host, _lessor, _peers, leaders);
    }

    [Fact]
    public async Task The_leader_renews_at_once_and_asks_nobody()
    {
        var renewing = _leases.RenewAsync(Lease, CancellationToken.None).AsTask();
        Assert.True(renewing.IsCompletedSuccessfully);
        Assert.Equal(new PeerLeaseRenewal(Refusal.None, 60), await renewing);
        Assert.Empty(_peers.Asked);
    }

    [Fact]
    public async Task An_unknown_lease_is_not_found()
    {
        Assert.Equal(Refusal.LeaseNotFound, (await _leases.RenewAsync(new LeaseId(8), default)).Refusal);
        Assert.Equal(Refusal.LeaseNotFound, (await _leases.TimesAsync(new LeaseId(8), true, default)).Refusal);
    }

    [Theory]
    [InlineData(Refusal.Timeout, false)]
    [InlineData(Refusal.None,    true)]
    public async Task A_leader_that_cannot_prove_itself_renews_nothing(Refusal read, bool isDeposed)
    {
        _host.IsLeadershipFresh = false;
        _host.Read = () =>
        {
            _host.Leader = isDeposed ? new MemberId(2) : _host.Leader;
            return read;
        };
        Assert.Equal(Refusal.NotPrimaryLessor, (await _leases.RenewAsync(Lease, default)).Refusal);
        Assert.Empty(_peers.Asked);
    }

    [Fact]
    public async Task A_leader_that_proves_itself_renews()
    {
        _host.IsLeadershipFresh = false;
        Assert.Equal(60, (await _leases.RenewAsync(Lease, default)).TtlSeconds);
    }

    [Fact]
    public async Task A_member_that_lags_behind_its_log_renews_nothing_and_tells_nothing()
    {
        _host.IsCaughtUp = false;
        _host.Applied = Refusal.TimeoutWaitAppliedIndex;
        Assert.Equal(_host.Applied, (await _leases.RenewAsync(Lease, default)).Refusal);
        Assert.Equal(_host.Applied, (await _leases.RenewHereAsync(Lease, default)).Refusal);
        Assert.Equal(_host.Applied, (await _leases.TimesAsync(Lease, true, default)).Refusal);
        _host.Applied = Refusal.None;
        Assert.Equal(60, (await _leases.RenewAsync(Lease, default)).TtlSeconds);
    }

    [Fact]
    public async Task A_follower_asks_the_leader()
    {
        _host.Leader = new MemberId(2);
        _lessor.Demote();
        _peers.Renewals = _ => new PeerLeaseRenewal(Refusal.None, 42);
        _peers.Times = _ => new PeerLeaseTimes(Refusal.None, 30, 42, []);
        Assert.Equal(42, (await _leases.RenewAsync(Lease, default)).TtlSeconds);
        Assert.Equal(30, (await _leases.TimesAsync(Lease, false, default)).TtlSeconds);
        Assert.Equal(["http://m2", "http://m2"], _peers.Asked);
        _peers.Renewals = _ => new PeerLeaseRenewal(Refusal.LeaseNotFound, 0);
        Assert.Equal(Refusal.LeaseNotFound, (await _leases.RenewAsync(Lease, default)).Refusal);
    }

    [Fact]
    public async Task A_follower_asks_again_when_the_leader_moves()
    {
        _host.Leader = new MemberId(2);
        _lessor.Demote();
        _peers.Renewals = url =>
        {
            _host.Leader = new MemberId(3);
            return url == "http://m3"
                ? new PeerLeaseRenewal(Refusal.None, 42)
                : new PeerLeaseRenewal(Refusal.NotPrimaryLessor, 0);
        };
        var renewing = _leases.RenewAsync(Lease, default).AsTask();
        await AdvanceUntilAsync(renewing);
        Assert.Equal(42, (await renewing).TtlSeconds);
        Assert.Equal(["http://m2", "http://m3"], _peers.Asked);
    }

    [Fact]
    public async Task A_new_leader_renews_as_soon_as_its_lessor_is_primary()
    {
        _lessor.Demote();
        var renewing = _leases.RenewAsync(Lease, default).AsTask();
        Assert.False(renewing.IsCompleted);
        _lessor.Promote(TimeSpan.FromSeconds(1));
        await AdvanceUntilAsync(renewing);
        Assert.Equal(60, (await renewing).TtlSeconds);
        Assert.Empty(_peers.Asked);
    }

    [Theory]
    [InlineData(0, Refusal.NoLeader)] // None is known.
    [InlineData(9, Refusal.NoLeader)] // It is no member yet.
    [InlineData(2, Refusal.Timeout)]  // It does not answer.
    public async Task Requests_that_find_no_leader_end_after_the_request_timeout(ulong leader, Refusal refusal)
    {
        _host.Leader = new MemberId(leader);
        _lessor.Demote();
        var renewing = _leases.RenewAsync(Lease, default).AsTask();
        var asking = _leases.TimesAsync(Lease, false, default).AsTask();
        for (var passed = 0; passed < 6900; passed += 100)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.False(renewing.IsCompleted || asking.IsCompleted);
        await AdvanceUntilAsync(Task.WhenAll(renewing, asking));
        Assert.Equal((refusal, refusal), ((await renewing).Refusal, (await asking).Refusal));
    }

    [Fact]
    public async Task A_cancelled_request_ends()
    {
        _host.Leader = MemberId.None;
        using var cancellation = new CancellationTokenSource();
        var renewing = _leases.RenewAsync(Lease, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        Assert.Equal(Refusal.NoLeader, (await renewing).Refusal);
    }

    [Fact]
    public async Task A_lease_that_ran_out_waits_for_its_revocation()
    {
        _time.Advance(TimeSpan.FromSeconds(61));
        var renewing = _leases.RenewHereAsync(Lease, default).AsTask();
        Assert.False(renewing.IsCompleted);
        _lessor.BeginRevoke(Lease, out _);
        _lessor.CompleteRevoke(Lease);
        Assert.Equal(Refusal.LeaseNotFound, (await renewing).Refusal);
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_asked_of_the_next_leader_when_this_one_is_deposed()
    {
        _time.Advance(TimeSpan.FromSeconds(61));
        _peers.Renewals = _ => new PeerLeaseRenewal(Refusal.None, 42);
        var renewing = _leases.RenewAsync(Lease, default).AsTask();
        Assert.False(renewing.IsCompleted);
        _host.Leader = new MemberId(2);
        _lessor.Demote();
        Assert.Equal(42, (await renewing).TtlSeconds);
    }

    [Fact]
    public async Task A_checkpoint_is_cleared_before_the_lease_has_its_full_time_again()
    {
        _lessor.Checkpoint(Lease, 20);
        var cleared = new List<LeaseId>();
        _host.Cleared = lease =>
        {
            cleared.Add(lease);
            _lessor.Checkpoint(lease, 0);
        };
        Assert.Equal(60, (await _leases.RenewAsync(Lease, default)).TtlSeconds);
        Assert.Equal([Lease], cleared);
    }

    [Fact]
    public async Task Times_come_with_keys_if_wanted()
    {
        _lessor.Attach(Lease, "a"u8);
        _time.Advance(TimeSpan.FromSeconds(15));
        var times = await _leases.TimesAsync(Lease, true, default);
        Assert.Equal((45L, 60L), (times.TtlSeconds, times.GrantedTtlSeconds));
        Assert.Equal("a"u8.ToArray(), Assert.Single(times.Keys).ToArray());
        Assert.Empty((await _leases.TimesAsync(Lease, false, default)).Keys);
    }

    [Fact]
    public async Task Times_of_a_lessor_that_does_not_count_are_no_answer()
    {
        _lessor.Demote();
        Assert.Equal(Refusal.LeaderChanged, (await _leases.TimesAsync(Lease, false, default)).Refusal);
        Assert.Equal(Refusal.NotPrimaryLessor, (await _leases.TimesHereAsync(Lease, false)).Refusal);
    }

    // The code under test waits by the clock; the clock moves on as long as it has not ended.
    private async Task AdvanceUntilAsync(Task task)
    {
        for (var steps = 0; !task.IsCompleted && steps < 10_000; steps++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(25));
            await Task.Yield();
        }

        await task.WaitAsync(TimeSpan.FromMinutes(3));
    }
}
