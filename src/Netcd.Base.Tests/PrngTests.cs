namespace Netcd.Base.Tests;

public sealed class PrngTests
{
    [Fact]
    public void Same_seed_gives_the_same_sequence()
    {
        var (first, second, other) = (new Prng(7), new Prng(7), new Prng(8));
        var values = Enumerable.Range(0, 100).Select(_ => first.NextUInt64()).ToList();
        Assert.Equal(values, Enumerable.Range(0, 100).Select(_ => second.NextUInt64()));
        Assert.NotEqual(values, Enumerable.Range(0, 100).Select(_ => other.NextUInt64()));
    }

    [Fact]
    public void Bounded_values_fill_their_range_and_stay_in_it()
    {
        var prng = new Prng(1);
        var seen = new int[10];
        for (var i = 0; i < 10_000; i++)
        {
            seen[prng.Next(10)]++;
            Assert.InRange(prng.Next(-3, 3), -3, 3);
        }

        Assert.All(seen, count => Assert.InRange(count, 800, 1200));
    }
}
