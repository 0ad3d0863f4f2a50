using System.Buffers.Binary;
using System.IO.Compression;
using Netcd.Grpc.Wire;

namespace Netcd.Grpc.Tests.Wire;

public sealed class MessageReaderTests
{
    private const int Limit = 10_000;

    [Fact]
    public void Messages_come_out_whole_however_the_bytes_are_split()
    {
        var random = new Random(11);
        var messages = Enumerable.Range(0, 40)
            .Select(i =>
            {
                var message = new byte[i % 5 == 0 ? random.Next(Limit + 1) : random.Next(20)];
                random.NextBytes(message);
                return message;
            })
            .ToArray();
        var stream = messages.SelectMany(message => Frame(message)).ToArray();
        for (var round = 0; round < 200; round++)
        {
            var reader = new MessageReader(Limit, MessageEncoding.Identity, null);
            var found = new List<byte[]>();
            for (var at = 0; at < stream.Length;)
            {
                var count = Math.Min(stream.Length - at, round == 0 ? 1 : random.Next(1, 1 << random.Next(1, 15)));
                ReadOnlySpan<byte> data = stream.AsSpan(at, count);
                while (reader.TryRead(ref data, out var message, out var error))
                {
                    Assert.Null(error);
                    found.Add(message.ToArray());
                }

                Assert.True(data.IsEmpty);
                at += count;
            }

            Assert.Equal(messages, found);
            Assert.False(reader.IsInsideMessage);
            reader.Dispose();
        }
    }

    [Fact]
    public void Announced_length_is_not_allocated()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            var reader = new MessageReader(int.MaxValue, MessageEncoding.Identity, null);
            ReadOnlySpan<byte> data = [0, 0x7f, 0xff, 0, 0, 1];
            Assert.False(reader.TryRead(ref data, out _, out var error));
            Assert.Null(error);
            Assert.True(reader.IsInsideMessage);
            reader.Dispose();
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Compressed_messages_are_read_beside_plain_ones()
    {
        var reader = new MessageReader(Limit, MessageEncoding.Gzip, null);
        ReadOnlySpan<byte> data = new[]
        {
            Frame("plain"u8.ToArray()), Frame(Gzipped(new byte[Limit]), 1), Frame(Gzipped([7]), 1),
        }.SelectMany(frame => frame).ToArray();

        Assert.True(reader.TryRead(ref data, out var message, out _));
        Assert.Equal("plain"u8, message);
        Assert.True(reader.TryRead(ref data, out message, out _));
        Assert.Equal(Limit, message.Length);
        Assert.True(reader.TryRead(ref data, out message, out _));
        Assert.Equal([7], message.ToArray());
        reader.Dispose();
    }

    [Fact]
    public void Bomb_is_stopped_at_the_limit()
    {
        var reader = new MessageReader(Limit, MessageEncoding.Gzip, null);
        ReadOnlySpan<byte> data = Frame(Gzipped(new byte[Limit + 1]), 1);

        Assert.False(reader.TryRead(ref data, out _, out var error));
        Assert.Equal(GrpcErrors.DecompressedTooLarge(Limit), error);
        reader.Dispose();
    }

    [Fact]
    public void Damaged_compression_is_an_error_and_never_an_exception()
    {
        var good = Gzipped(new byte[500]);
        for (var i = 0; i < good.Length; i++)
        {
            foreach (var flip in new byte[] { 1, 0x80, 0xff })
            {
                var damaged = good.ToArray();
                damaged[i] ^= flip;
                var reader = new MessageReader(Limit, MessageEncoding.Gzip, null);
                ReadOnlySpan<byte> data = Frame(damaged, 1);
                var isRead = reader.TryRead(ref data, out _, out var error);
                Assert.True(isRead || error?.Code is StatusCode.Internal or StatusCode.ResourceExhausted);
                reader.Dispose();
            }

            var cut = new MessageReader(Limit, MessageEncoding.Gzip, null);
            ReadOnlySpan<byte> part = Frame(good[..i], 1);
            Assert.False(cut.TryRead(ref part, out _, out var problem));
            Assert.Equal(StatusCode.Internal, problem?.Code);
            cut.Dispose();
        }
    }

    private static byte[] Frame(byte[] message, byte flag = 0)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private static byte[] Gzipped(byte[] message)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(message);
        }

        return compressed.ToArray();
    }
}
