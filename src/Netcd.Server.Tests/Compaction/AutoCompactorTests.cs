using Netcd.Server.Compaction;
using Netcd.Server.Requests;

namespace Netcd.Server.Tests.Compaction;

public sealed class AutoCompactorTests
{
    /// <summary>TestPeriodicHourly of etcd's periodic_test.go: one revision each note, hours of them.</summary>
    [Fact]
    public void An_hour_is_compacted_hourly_at_the_revision_of_an_hour_before()
    {
        var compacted = Run(new PeriodicCompaction(TimeSpan.FromHours(1), 1), looks: 40);
        Assert.Equal([(10, 1), (20, 10), (30, 20), (40, 30)], compacted);
    }

    /// <summary>TestPeriodicMinutes: five minutes.</summary>
    [Fact]
    public void Five_minutes_are_compacted_each_five_minutes()
    {
        var compaction = new PeriodicCompaction(TimeSpan.FromMinutes(5), 1);
        Assert.Equal(TimeSpan.FromSeconds(30), compaction.Interval);
        Assert.Equal([(10, 1), (20, 10), (30, 20)], Run(compaction, looks: 30));
    }

    /// <summary>Of a day the first compaction comes after a day, then one comes each hour.</summary>
    [Fact]
    public void A_day_is_waited_for_and_then_compacted_hourly()
    {
        var compaction = new PeriodicCompaction(TimeSpan.FromHours(24), 1);
        Assert.Equal(TimeSpan.FromMinutes(6), compaction.Interval);
        Assert.Equal([(240, 1), (250, 10), (260, 20)], Run(compaction, looks: 260));
    }

    [Fact]
    public void Nothing_new_is_not_compacted_again()
    {
        var compaction = new PeriodicCompaction(TimeSpan.FromHours(1), 7);
        var compacted = 0;
        for (var look = 1; look <= 60; look++)
        {
            if (compaction.Due(7, compaction.Interval * look) is { } due)
            {
                compaction.Done(due, compaction.Interval * look);
                compacted++;
            }

            compaction.Note(7);
        }

        Assert.Equal(1, compacted);
    }

    [Fact]
    public void A_number_of_revisions_is_kept_each_five_minutes()
    {
        var compaction = new RevisionCompaction(10);
        Assert.Equal(TimeSpan.FromMinutes(5), compaction.Interval);
        Assert.Null(compaction.Due(10, default));
        Assert.Equal(1, compaction.Due(11, default));
        compaction.Done(1, default);
        Assert.Null(compaction.Due(11, default));
        Assert.Equal(20, compaction.Due(30, default));
    }

    [Fact]
    public async Task A_member_compacts_what_is_older_than_the_period()
    {
        using var member = await TestMember.StartAsync(change: options => options with
        {
            AutoCompaction = new AutoCompactionOptions { Period = TimeSpan.FromMinutes(1) },
        });
        await member.PutAsync("k", "a");
        await member.PutAsync("k", "b");
        await member.PassUntilAsync(TimeSpan.FromSeconds(6), () => member.Member.Store.CompactRevision >= 3);
        Assert.InRange(member.Member.Store.CompactRevision, 3, member.Member.Store.CurrentRevision);
    }

    [Fact]
    public async Task A_member_keeps_the_last_revisions()
    {
        using var member = await TestMember.StartAsync(change: options => options with
        {
            AutoCompaction = new AutoCompactionOptions { Revisions = 5 },
        });
        for (var i = 0; i < 20; i++)
        {
            await member.PutAsync("k", "v");
        }

        await member.PassUntilAsync(
            TimeSpan.FromMinutes(5),
            () => member.Member.Store.CompactRevision >= 16,
            () => member.AskAsync(InternalRequestKind.LeaseCheckpoint, []));
        Assert.Equal(16, member.Member.Store.CompactRevision);
    }

    private static List<(int Look, long Revision)> Run(PeriodicCompaction compaction, int looks)
    {
        var compacted = new List<(int, long)>();
        var revision = 1L;
        for (var look = 1; look <= looks; look++)
        {
            var now = compaction.Interval * look;
            revision++;
            if (compaction.Due(revision, now) is { } due)
            {
                compacted.Add((look, due));
                compaction.Done(due, now);
            }

            compaction.Note(revision);
        }

        return compacted;
    }
}
