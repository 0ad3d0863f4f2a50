using System.Text;
using Netcd.Base;
using Netcd.TestKit;

namespace Netcd.Mvcc.Tests;

public sealed class LessorTests
{
    private static readonly LeaseId One = new(1);

    private readonly ManualTime _time = new();
    private readonly LeaseTable _table = new();

    [Fact]
    public void Grant_below_the_minimum_is_raised_and_written()
    {
        var lessor = Create();

        Assert.Equal(LeaseStatus.Ok, lessor.Grant(One, -5, out var ttl));
        Assert.Equal(2, ttl);
        Assert.Equal([0x08, 0x01, 0x10, 0x02], _table.Records[One]);
    }

    [Fact]
    public void Record_has_the_bytes_that_etcd_writes()
    {
        Create().Grant(new LeaseId(1001), 999_000_000 - 200, out _);

        Assert.Equal([0x08, 0xe9, 0x07, 0x10, .. Varint(998_999_800)], _table.Records[new LeaseId(1001)]);
    }

    [Fact]
    public void Grants_that_etcd_refuses_are_refused()
    {
        var lessor = Create();

        Assert.Equal(LeaseStatus.Ok, lessor.Grant(One, Lessor.MaxTtlSeconds, out _));
        Assert.Equal(LeaseStatus.Exists, lessor.Grant(One, 5, out _));
        Assert.Equal(LeaseStatus.TtlTooLarge, lessor.Grant(new LeaseId(2), Lessor.MaxTtlSeconds + 1, out _));
        Assert.Equal(LeaseStatus.NotFound, lessor.Grant(LeaseId.None, 5, out _));
        Assert.Equal(LeaseStatus.Ok, lessor.Grant(new LeaseId(long.MinValue), 5, out _));
    }

    [Fact]
    public void Revoked_lease_gives_its_keys_in_byte_order_and_is_gone()
    {
        var lessor = Create();
        lessor.Grant(One, 10, out _);
        foreach (var key in new[] { "b", "a", "a\0", "\u00ff" })
        {
            Assert.Equal(LeaseStatus.Ok, lessor.Attach(One, Encoding.Latin1.GetBytes(key)));
        }

        Assert.Equal(LeaseStatus.Ok, lessor.BeginRevoke(One, out var keys));
        Assert.Equal(["a", "a\0", "b", "\u00ff"], keys.Select(Encoding.Latin1.GetString));
        lessor.Detach("a"u8);
        lessor.CompleteRevoke(One);

        Assert.Empty(_table.Records);
        Assert.False(lessor.Contains(One));
        Assert.Equal(LeaseId.None, lessor.GetLease("b"u8));
        Assert.Equal(LeaseStatus.NotFound, lessor.BeginRevoke(One, out _));
    }

    [Fact]
    public void Key_belongs_to_the_lease_it_was_attached_to_last()
    {
        var lessor = Create();
        lessor.Grant(One, 10, out _);
        lessor.Grant(new LeaseId(2), 10, out _);
        lessor.Attach(One, "k"u8);
        lessor.Attach(new LeaseId(2), "k"u8);
        lessor.Attach(new LeaseId(2), "k"u8);

        Assert.Empty(lessor.Keys(One));
        Assert.Equal(["k"u8.ToArray()], lessor.Keys(new LeaseId(2)));
        Assert.Equal(new LeaseId(2), lessor.GetLease("k"u8));
        Assert.Equal(LeaseStatus.NotFound, lessor.Attach(new LeaseId(3), "k"u8));
        lessor.Detach("k"u8);
        lessor.Detach("k"u8);
        Assert.Empty(lessor.Keys(new LeaseId(2)));
    }

    [Fact]
    public void Only_the_primary_lessor_counts_time_and_renews()
    {
        var lessor = Create();
        lessor.Grant(One, 10, out _);
        _time.Advance(TimeSpan.FromDays(1));

        Assert.Empty(Expired(lessor));
        Assert.Equal(LeaseStatus.NotPrimary, lessor.Renew(One, out _));
        Assert.True(lessor.TryGet(One, out var lease));
        Assert.Equal(new LeaseInfo(One, 10, Lessor.ForeverSeconds), lease);

        lessor.Promote(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(10.5));
        Assert.Empty(Expired(lessor));
        Assert.Equal(LeaseStatus.Ok, lessor.Renew(One, out var ttl));
        Assert.Equal(10, ttl);
        Assert.Equal(LeaseStatus.NotFound, lessor.Renew(new LeaseId(9), out _));
        _time.Advance(TimeSpan.FromSeconds(3.5));
        lessor.TryGet(One, out lease);
        Assert.Equal(6, lease.RemainingTtlSeconds);

        lessor.Demote();
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(Expired(lessor));
    }

    [Fact]
    public void Expired_lease_is_handed_out_again_only_after_the_retry_interval()
    {
        var lessor = Create();
        lessor.Promote(TimeSpan.Zero);
        lessor.Grant(One, 10, out _);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal([One], Expired(lessor));
        Assert.Empty(Expired(lessor));
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal([One], Expired(lessor));
        lessor.BeginRevoke(One, out _);
        lessor.CompleteRevoke(One);
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.Empty(Expired(lessor));
    }

    [Fact]
    public async Task Renewal_of_an_expired_lease_waits_for_its_revocation()
    {
        var lessor = Create();
        lessor.Promote(TimeSpan.Zero);
        lessor.Grant(One, 10, out _);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(LeaseStatus.Expired, lessor.Renew(One, out _));
        var decided = lessor.WhenDecidedAsync(One, CancellationToken.None);
        Assert.False(decided.IsCompleted);
        lessor.BeginRevoke(One, out _);
        Assert.False(decided.IsCompleted);
        lessor.CompleteRevoke(One);
        Assert.Equal(LeaseStatus.NotFound, await decided);
    }

    [Fact]
    public async Task Renewal_of_an_expired_lease_hears_of_the_demotion()
    {
        var lessor = Create();
        lessor.Promote(TimeSpan.Zero);
        lessor.Grant(One, 10, out _);
        _time.Advance(TimeSpan.FromSeconds(10));

        var decided = lessor.WhenDecidedAsync(One, CancellationToken.None);
        lessor.Demote();
        Assert.Equal(LeaseStatus.NotPrimary, await decided);
        Assert.Equal(LeaseStatus.NotPrimary, await lessor.WhenDecidedAsync(One, CancellationToken.None));
    }

    [Fact]
    public void Lease_under_revocation_is_not_renewed()
    {
        var lessor = Create();
        lessor.Promote(TimeSpan.Zero);
        lessor.Grant(One, 10, out _);
        lessor.BeginRevoke(One, out _);

        Assert.Equal(LeaseStatus.Expired, lessor.Renew(One, out _));
    }

    [Fact]
    public void Restored_lease_starts_over_from_its_checkpoint_when_this_member_leads()
    {
        var lessor = Create(new LessorOptions { CheckpointsEnabled = true, CheckpointsPersisted = true });
        lessor.Grant(One, 1000, out _);
        lessor.Grant(new LeaseId(2), 1000, out _);
        lessor.Checkpoint(One, 400);
        lessor.Checkpoint(new LeaseId(77), 400);

        var restored = Create(new LessorOptions { MinTtlSeconds = 2000 });
        foreach (var record in _table.Records.Values)
        {
            restored.Restore(record);
        }

        restored.Promote(TimeSpan.FromSeconds(1));
        Assert.True(restored.TryGet(One, out var lease));
        Assert.Equal(new LeaseInfo(One, 2000, 401), lease);
        Assert.True(restored.TryGet(new LeaseId(2), out lease));
        Assert.Equal(new LeaseInfo(new LeaseId(2), 2000, 2001), lease);
    }

    [Fact]
    public void Checkpoints_are_due_after_the_interval_and_cleared_before_a_renewal()
    {
        var lessor = Create(new LessorOptions { CheckpointsEnabled = true });
        lessor.Promote(TimeSpan.Zero);
        lessor.Grant(One, 1000, out _);
        lessor.Grant(new LeaseId(2), 300, out _);
        _time.Advance(TimeSpan.FromSeconds(299.5));
        Assert.Empty(Due(lessor));
        _time.Advance(TimeSpan.FromSeconds(0.5));

        Assert.Equal([new LeaseCheckpoint(One, 700)], Due(lessor));
        lessor.Checkpoint(One, 700);
        Assert.Equal(LeaseStatus.MustClearCheckpoint, lessor.Renew(One, out _));
        lessor.Checkpoint(One, 0);
        Assert.Equal(LeaseStatus.Ok, lessor.Renew(One, out var ttl));
        Assert.Equal(1000, ttl);
        Assert.Equal([0x08, 0x01, 0x10, 0xe8, 0x07], _table.Records[One]);
    }

    [Fact]
    public void Leases_are_listed_by_expiry()
    {
        var lessor = Create();
        lessor.Promote(TimeSpan.Zero);
        lessor.Grant(new LeaseId(1), 30, out _);
        lessor.Grant(new LeaseId(2), 10, out _);
        lessor.Grant(new LeaseId(3), 20, out _);
        _time.Advance(TimeSpan.FromSeconds(5));
        lessor.Renew(new LeaseId(2), out _);

        Assert.Equal([new LeaseId(2), new LeaseId(3), new LeaseId(1)], lessor.Leases());
        _time.Advance(TimeSpan.FromSeconds(6));
        lessor.Renew(new LeaseId(2), out _);
        Assert.Equal([new LeaseId(3), new LeaseId(2), new LeaseId(1)], lessor.Leases());
    }

    [Fact]
    public void Promotion_spreads_leases_that_would_expire_together()
    {
        var lessor = Create(new LessorOptions { RevokeRatePerSecond = 100 });
        for (var i = 1; i <= 1000; i++)
        {
            lessor.Grant(new LeaseId(i), 10, out _);
        }

        lessor.Promote(TimeSpan.FromSeconds(1));
        var most = 0;
        var total = 0;
        for (var second = 0; second < 60; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            var count = Expired(lessor).Count;
            Assert.True(count == 0 || second >= 10);
            most = Math.Max(most, second > 10 ? count : 0);
            total += count;
            foreach (var id in lessor.Leases().Take(count))
            {
                lessor.BeginRevoke(id, out _);
                lessor.CompleteRevoke(id);
            }
        }

        Assert.Equal(1000, total);
        Assert.InRange(most, 1, 100);
    }

    [Fact]
    public void Damaged_record_is_reported_as_corruption()
    {
        Assert.Throws<CorruptionException>(() => Create().Restore([0x08]));
        Assert.Throws<CorruptionException>(() => Create().Restore([0x10, 0x05]));
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    public void Random_operations_keep_keys_and_expiries_as_a_naive_model_does(ulong seed)
    {
        var random = new Prng(seed);
        var lessor = Create();
        lessor.Promote(TimeSpan.Zero);
        var expiry = new Dictionary<LeaseId, (TimeSpan At, long Ttl)>();
        var owner = new Dictionary<string, LeaseId>();
        var now = TimeSpan.Zero;
        for (var step = 0; step < 20_000; step++)
        {
            var id = new LeaseId(random.Next(1, 200));
            var key = $"key{random.Next(300)}";
            switch (random.Next(6))
            {
                case 0:
                    var ttl = random.Next(2, 60);
                    var granted = expiry.TryAdd(id, (now + TimeSpan.FromSeconds(ttl), ttl));
                    Assert.Equal(granted ? LeaseStatus.Ok : LeaseStatus.Exists, lessor.Grant(id, ttl, out _));
                    break;
                case 1:
                    var known = expiry.TryGetValue(id, out var lease);
                    var expected = lease.At <= now ? LeaseStatus.Expired : LeaseStatus.Ok;
                    expected = known ? expected : LeaseStatus.NotFound;
                    Assert.Equal(expected, lessor.Renew(id, out _));
                    if (expected == LeaseStatus.Ok)
                    {
                        expiry[id] = (now + TimeSpan.FromSeconds(lease.Ttl), lease.Ttl);
                    }

                    break;
                case 2:
                    var attached = lessor.Attach(id, Encoding.ASCII.GetBytes(key));
                    Assert.Equal(expiry.ContainsKey(id) ? LeaseStatus.Ok : LeaseStatus.NotFound, attached);
                    if (expiry.ContainsKey(id))
                    {
                        owner[key] = id;
                    }

                    break;
                case 3:
                    lessor.Detach(Encoding.ASCII.GetBytes(key));
                    owner.Remove(key);
                    break;
                case 4 when random.Percent(10):
                    var by = TimeSpan.FromSeconds(random.Next(10));
                    now += by;
                    _time.Advance(by);
                    var due = expiry.Where(e => e.Value.At <= now).Select(e => e.Key).Order().ToList();
                    Assert.Equal(due, Expired(lessor).Order());
                    due.ForEach(d => Revoke(lessor, expiry, owner, d));
                    break;
                case 5 when random.Percent(20) && expiry.ContainsKey(id):
                    Revoke(lessor, expiry, owner, id);
                    break;
            }
        }

        Assert.Equal(expiry.Count, lessor.Count);
        Assert.Equal(
            owner.OrderBy(o => o.Key, StringComparer.Ordinal),
            expiry.Keys
                .SelectMany(id => lessor.Keys(id).Select(k => KeyValuePair.Create(Encoding.ASCII.GetString(k), id)))
                .OrderBy(o => o.Key, StringComparer.Ordinal));
        Assert.Equal(expiry.OrderBy(e => e.Value.At).ThenBy(e => e.Key).Select(e => e.Key), lessor.Leases());
    }

    [Fact]
    public void Hundred_thousand_leases_that_expire_together_are_handed_out_and_revoked()
    {
        const int Count = 100_000;
        var lessor = Create(new LessorOptions { RevokeRatePerSecond = int.MaxValue });
        lessor.Promote(TimeSpan.Zero);
        for (var i = 1; i <= Count; i++)
        {
            lessor.Grant(new LeaseId(i), 10, out _);
            lessor.Attach(new LeaseId(i), Encoding.ASCII.GetBytes($"key{i}"));
        }

        _time.Advance(TimeSpan.FromSeconds(10));
        var expired = new List<LeaseId>();
        while (lessor.TakeExpired(expired, 500) > 0)
        {
        }

        Assert.Equal(Count, expired.Count);
        foreach (var id in expired)
        {
            lessor.BeginRevoke(id, out _);
            lessor.CompleteRevoke(id);
        }

        Assert.Equal(0, lessor.Count);
    }

    private static void Revoke(
        Lessor lessor,
        Dictionary<LeaseId, (TimeSpan At, long Ttl)> expiry,
        Dictionary<string, LeaseId> owner,
        LeaseId id)
    {
        lessor.BeginRevoke(id, out var keys);
        var expected = owner.Where(o => o.Value == id).Select(o => o.Key).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(expected, keys.Select(Encoding.ASCII.GetString));
        lessor.CompleteRevoke(id);
        expiry.Remove(id);
        expected.ForEach(k => owner.Remove(k));
    }

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }

    private static List<LeaseId> Expired(Lessor lessor)
    {
        var expired = new List<LeaseId>();
        lessor.TakeExpired(expired, int.MaxValue);
        return expired;
    }

    private static List<LeaseCheckpoint> Due(Lessor lessor)
    {
        var due = new List<LeaseCheckpoint>();
        lessor.TakeCheckpoints(due, 1000);
        return due;
    }

    private Lessor Create(LessorOptions? options = null) => new(_table, options ?? new LessorOptions(), _time);
}
