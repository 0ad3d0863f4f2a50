using Netcd.Base.Protobuf;

namespace Netcd.Base.Tests.Protobuf;

public sealed class ProtoReaderTests
{
    [Theory]
    [InlineData(0UL)]
    [InlineData(127UL)]
    [InlineData(128UL)]
    [InlineData(300UL)]
    [InlineData(ulong.MaxValue)]
    public void Varints_are_read_as_written_and_sized(ulong value)
    {
        var buffer = new byte[10];
        var writer = new ProtoWriter(buffer);
        writer.Varint(value);
        Assert.Equal(ProtoSize.Varint(value), writer.Position);
        var reader = new ProtoReader(buffer.AsSpan(0, writer.Position));
        Assert.Equal(value, reader.ReadVarint());
        Assert.False(reader.HasMore);
    }

    [Fact]
    public void Zero_and_empty_are_omitted_and_everything_else_comes_back()
    {
        var size = ProtoSize.Int64(1, -5) + ProtoSize.Bool(2, true) + ProtoSize.Bytes(3, 2) + ProtoSize.Int64(4, 0)
            + ProtoSize.Bytes(5, 0);
        var buffer = new byte[size];
        var writer = new ProtoWriter(buffer);
        writer.Int64(1, -5);
        writer.Bool(2, true);
        writer.Bytes(3, [7, 8]);
        writer.Int64(4, 0);
        writer.Bytes(5, []);
        Assert.Equal(size, writer.Position);

        var reader = new ProtoReader(buffer);
        Assert.True(reader.TryReadTag(out var field, out var wireType));
        Assert.Equal((1, -5L), (field, reader.ReadInt64(wireType)));
        Assert.True(reader.TryReadTag(out field, out wireType));
        Assert.Equal((2, true), (field, reader.ReadBool(wireType)));
        Assert.True(reader.TryReadTag(out field, out wireType));
        Assert.Equal([7, 8], reader.ReadBytes(wireType).ToArray());
        Assert.False(reader.TryReadTag(out _, out _));
    }

    [Fact]
    public void Random_bytes_end_in_a_message_or_in_a_clear_refusal()
    {
        var prng = new Prng(3);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[prng.Next(40)];
            prng.Fill(bytes);
            var reader = new ProtoReader(bytes);
            try
            {
                while (reader.TryReadTag(out _, out var wireType))
                {
                    reader.Skip(wireType);
                }

                Assert.Equal(bytes.Length, reader.Position);
            }
            catch (ProtoException)
            {
                Assert.True(reader.Position <= bytes.Length);
            }
        }
    }
}
