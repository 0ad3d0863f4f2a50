using Netcd.Raft.Tracker;

namespace Netcd.Raft.Tests.Tracker;

public sealed class InflightsTests
{
    [Fact]
    public void Window_equals_a_plain_queue()
    {
        var random = new Prng(13);
        for (var round = 0; round < 300; round++)
        {
            var countMax = random.Next(1, 10);
            var bytesMax = random.Percent(50) ? 0 : (ulong)random.Next(1, 60);
            var inflights = new Inflights(countMax, bytesMax);
            var model = new Queue<(ulong Index, ulong Bytes)>();
            ulong index = 0;
            for (var step = 0; step < 100; step++)
            {
                if (random.Percent(60) && !inflights.IsFull)
                {
                    var bytes = (ulong)random.Next(20);
                    index += (ulong)random.Next(1, 3);
                    inflights.Add(new LogIndex(index), bytes);
                    model.Enqueue((index, bytes));
                }
                else
                {
                    var acknowledged = index - (ulong)random.Next((int)Math.Min(index, 8) + 1);
                    inflights.FreeUpTo(new LogIndex(acknowledged));
                    while (model.TryPeek(out var first) && first.Index <= acknowledged)
                    {
                        model.Dequeue();
                    }
                }

                var sum = model.Aggregate(0UL, (total, item) => total + item.Bytes);
                Assert.Equal((model.Count, sum), (inflights.Count, inflights.Bytes));
                Assert.Equal(model.Count == countMax || (bytesMax > 0 && sum >= bytesMax), inflights.IsFull);
            }
        }
    }

    [Fact]
    public void Adding_to_a_full_window_is_a_mistake()
    {
        var inflights = new Inflights(1, 0);
        inflights.Add(new LogIndex(1), 1);
        Assert.Throws<InvariantException>(() => inflights.Add(new LogIndex(2), 1));
    }
}
