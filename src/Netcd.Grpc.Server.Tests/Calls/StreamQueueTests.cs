using System.Buffers.Binary;
using Netcd.Base.Buffers;
using Netcd.Grpc.Server.Calls;

namespace Netcd.Grpc.Server.Tests.Calls;

public sealed class StreamQueueTests
{
    [Fact]
    public void Messages_are_read_in_order_whatever_the_size_of_the_reads()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            var queue = new StreamQueue(1_000_000);
            var expected = new List<byte>();
            for (var i = 0; i < random.Next(1, 30); i++)
            {
                var head = new byte[random.Next(40)];
                var body = random.Next(2) == 0 ? null : SharedBytes.CopyOf(new byte[random.Next(300)]);
                random.NextBytes(head);
                Assert.True(queue.TryAdd(head, body));
                var prefix = new byte[5];
                BinaryPrimitives.WriteInt32BigEndian(prefix.AsSpan(1), head.Length + (body?.Length ?? 0));
                expected.AddRange(prefix);
                expected.AddRange(head);
                expected.AddRange(new byte[body?.Length ?? 0]);
            }

            var actual = new List<byte>();
            var isEmpty = false;
            while (!isEmpty)
            {
                var part = new byte[random.Next(1, 200)];
                var count = queue.Read(part, out isEmpty, out var end);
                Assert.Null(end);
                actual.AddRange(part[..count]);
            }

            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Full_queue_refuses_once_it_holds_anything_and_says_when_there_is_room()
    {
        var queue = new StreamQueue(100);
        Assert.True(queue.TryAdd(new byte[1000], null));
        Assert.False(queue.TryAdd(new byte[1], null));
        Assert.False(queue.TakeWritable());

        queue.Read(new byte[960], out _, out _);
        Assert.True(queue.TakeWritable());
        Assert.False(queue.TakeWritable());
        Assert.True(queue.TryAdd(new byte[1], null));
    }

    [Fact]
    public void End_comes_after_the_last_message_and_closes_the_queue()
    {
        var queue = new StreamQueue(100);
        queue.TryAdd("ab"u8, null);
        Assert.True(queue.TryEnd(Status.OK));
        Assert.False(queue.TryEnd(GrpcErrors.HandlerFailed));
        Assert.True(queue.TryAdd("cd"u8, null));

        queue.Read(new byte[6], out var isEmpty, out var end);
        Assert.False(isEmpty);
        Assert.Null(end);
        queue.Read(new byte[6], out isEmpty, out end);
        Assert.True(isEmpty);
        Assert.Equal(Status.OK, end);
    }

    [Fact]
    public void Bodies_are_released_when_sent_refused_or_dropped()
    {
        var body = SharedBytes.CopyOf(new byte[50]);
        var queue = new StreamQueue(100);
        Assert.True(queue.TryAdd([], body.AddReference()));
        Assert.False(queue.TryAdd([], body.AddReference()));
        queue.Read(new byte[55], out _, out _);
        Assert.True(queue.TryAdd([], body.AddReference()));
        queue.Close();
        Assert.True(queue.TryAdd([], body.AddReference()));

        // The last reference: one too many or too few is a broken invariant.
        body.Release();
        Assert.ThrowsAny<Exception>(body.Release);
    }
}
