using Netcd.Peer.Streams;

namespace Netcd.Peer.Tests.Streams;

public sealed class ReadBufferTests
{
    [Fact]
    public void Memory_follows_what_has_arrived_not_what_was_announced()
    {
        using var buffer = new ReadBuffer(Limits.MessageBytesMin);
        var arrived = 0;
        while (arrived < 10_000_000)
        {
            var free = buffer.Free();
            Assert.True(arrived + free.Length <= (2 * arrived) + (2 * Limits.ReadBufferBytes), $"at {arrived}");
            var count = Math.Min(free.Length, 50_000);
            buffer.Append(count);
            buffer.Decode(null);
            arrived += count;
        }

        // Once it is read the long buffer goes.
        buffer.Consume(arrived);
        Assert.True(buffer.Free().Length <= 2 * Limits.ReadBufferBytes);
    }

    [Fact]
    public void What_is_read_at_the_front_makes_room_at_the_end()
    {
        using var buffer = new ReadBuffer(Limits.MessageBytesMin);
        var length = buffer.Free().Length;
        byte next = 0;
        byte expected = 0;
        for (var round = 0; round < 1000; round++)
        {
            var free = buffer.Free().Span;
            var count = Math.Min(free.Length, 30_000);
            for (var i = 0; i < count; i++)
            {
                free[i] = next++;
            }

            buffer.Append(count);
            buffer.Decode(null);
            foreach (var b in buffer.Bytes[..Math.Max(0, buffer.Bytes.Length - 100)])
            {
                Assert.Equal(expected++, b);
            }

            buffer.Consume(Math.Max(0, buffer.Bytes.Length - 100));
        }

        Assert.True(buffer.Free().Length <= length);
    }
}
