using Netcd.Base;
using Netcd.Bbolt.Free;

namespace Netcd.Bbolt.Tests.Free;

public sealed class PendingPagesTests
{
    [Fact]
    public void Pages_freed_are_kept_for_readers_of_older_states()
    {
        var pending = new PendingPages();
        var free = new FreePages();
        pending.AddCommitted(txId: 10, [], [new PageSpan(5, 2)]);

        pending.Release(free, [9], readersVersion: 0, "db");
        Assert.Equal(2, pending.Count);

        pending.Release(free, [10], readersVersion: 1, "db");
        Assert.Equal(0, pending.Count);
        Assert.True(free.Contains(5) && free.Contains(6));
    }

    [Fact]
    public void Pages_born_and_freed_between_two_readers_are_released_under_the_older_one()
    {
        var pending = new PendingPages();
        var free = new FreePages();
        pending.Release(free, [7], readersVersion: 0, "db");
        pending.AddCommitted(txId: 8, [new PageSpan(20, 1)], []);
        pending.AddCommitted(txId: 9, [], [new PageSpan(20, 1), new PageSpan(30, 1)]);

        pending.Release(free, [7, 9], readersVersion: 0, "db");

        Assert.True(free.Contains(20), "allocated by 8, freed by 9: neither reader 7 nor reader 9 can see it");
        Assert.False(free.Contains(30), "allocated before reader 7");
    }

    [Fact]
    public void Pages_born_and_freed_around_a_reader_are_kept()
    {
        var pending = new PendingPages();
        var free = new FreePages();
        pending.Release(free, [7], readersVersion: 0, "db");
        pending.AddCommitted(txId: 8, [new PageSpan(20, 1)], []);
        pending.AddCommitted(txId: 9, [], [new PageSpan(20, 1)]);

        pending.Release(free, [7, 8], readersVersion: 0, "db");
        Assert.False(free.Contains(20));

        pending.Release(free, [7], readersVersion: 1, "db");
        Assert.True(free.Contains(20));
    }

    [Fact]
    public void A_page_freed_by_two_references_is_damage()
    {
        var pending = new PendingPages();
        pending.AddCommitted(txId: 8, [], [new PageSpan(20, 1), new PageSpan(20, 1)]);
        var corruption = Assert.Throws<CorruptionException>(() => pending.Release(new FreePages(), [], 0, "/data/db"));
        Assert.Equal("/data/db: page 20", corruption.Place);
    }
}
