using Netcd.Base.Records;
using Netcd.Raft.Log;

namespace Netcd.Raft.Tests.Log;

public sealed class EntryBufferTests
{
    [Fact]
    public void Slices_never_change_and_the_run_equals_a_plain_list()
    {
        var random = new Prng(9);
        for (var round = 0; round < 200; round++)
        {
            var buffer = new EntryBuffer(droppedBytesMax: 200);
            var model = new List<Entry>();
            var held = new List<(ReadOnlyMemory<Entry> Slice, Entry[] Copy)>();
            for (var step = 0; step < 60; step++)
            {
                Change(random, buffer, model);
                var slice = buffer.Slice(0, buffer.Count);
                Assert.Equal(model, slice.ToArray());
                Assert.Equal(model.Sum(entry => entry.Data.Length), buffer.PayloadBytes);
                held.Add((slice, slice.ToArray()));
            }

            Assert.All(held, pair => Assert.Equal(pair.Copy, pair.Slice.ToArray()));
        }
    }

    private static void Change(Prng random, EntryBuffer buffer, List<Entry> model)
    {
        switch (random.Next(4))
        {
            case 0:
                var count = random.Next(model.Count + 1);
                buffer.Truncate(count);
                model.RemoveRange(count, model.Count - count);
                break;
            case 1:
                count = random.Next(model.Count + 1);
                buffer.DropFirst(count);
                model.RemoveRange(0, count);
                break;
            default:
                var entries = new Entry[random.Next(6)];
                for (var i = 0; i < entries.Length; i++)
                {
                    entries[i] = new Entry(new Term(random.NextUInt64()), default, default, new byte[random.Next(9)]);
                }

                buffer.Append(entries);
                model.AddRange(entries);
                break;
        }
    }
}
