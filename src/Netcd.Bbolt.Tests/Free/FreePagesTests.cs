using Netcd.Base;
using Netcd.Bbolt.Free;

namespace Netcd.Bbolt.Tests.Free;

public sealed class FreePagesTests
{
    [Theory]
    [InlineData(1UL, 64)]
    [InlineData(2UL, 65)]
    [InlineData(3UL, 1000)]
    [InlineData(4UL, 5000)]
    public void Runs_are_found_first_fit_and_merge_when_freed(ulong seed, int pages)
    {
        var prng = new Prng(seed);
        var free = new FreePages();
        var model = new bool[pages];
        for (var step = 0; step < 3000; step++)
        {
            if (prng.Percent(55))
            {
                var count = prng.Next(1, Math.Max(2, pages / 20));
                var expected = FirstRun(model, count);
                Assert.Equal(expected, free.Allocate(count));
                Fill(model, expected, expected == 0 ? 0 : count, value: false);
            }
            else
            {
                var start = prng.Next(2, pages - 1);
                var count = prng.Next(1, Math.Min(pages - start, pages / 10));
                var overlaps = Array.IndexOf(model, true, start, count) >= 0;
                Assert.Equal(!overlaps, free.TryFree(start, count));
                Fill(model, start, overlaps ? 0 : count, value: true);
            }

            Assert.Equal(model.Count(isFree => isFree), free.Count);
        }

        for (var page = 0; page < pages; page++)
        {
            Assert.Equal(model[page], free.Contains(page));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(129)]
    [InlineData(1000)]
    public void What_is_not_reachable_is_free_except_the_metas(int pages)
    {
        var reachable = new PageSet(pages);
        for (var page = 0; page < pages; page += 3)
        {
            Assert.True(reachable.Add(page));
            Assert.False(reachable.Add(page));
        }

        var free = FreePages.Complement(reachable, pages);
        for (var page = 0; page < pages + 200; page++)
        {
            Assert.Equal(page >= 2 && page < pages && page % 3 != 0, free.Contains(page));
        }
    }

    private static int FirstRun(bool[] model, int count)
    {
        var run = 0;
        for (var page = 0; page < model.Length; page++)
        {
            run = model[page] ? run + 1 : 0;
            if (run == count)
            {
                return page - count + 1;
            }
        }

        return 0;
    }

    private static void Fill(bool[] model, int start, int count, bool value) => Array.Fill(model, value, start, count);
}
