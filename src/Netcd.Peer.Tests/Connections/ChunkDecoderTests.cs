using System.Globalization;
using System.Text;
using Netcd.Base;
using Netcd.Peer.Connections;
using Netcd.Peer.Streams;

namespace Netcd.Peer.Tests.Connections;

public sealed class ChunkDecoderTests
{
    [Fact]
    public void Payload_is_put_together_wherever_the_bytes_are_cut()
    {
        var random = new Prng(5);
        for (var round = 0; round < 500; round++)
        {
            var payload = new byte[random.Next(1, 400)];
            random.Fill(payload);
            var wire = new List<byte>();
            for (var position = 0; position < payload.Length;)
            {
                var size = Math.Min(random.Next(1, 50), payload.Length - position);
                var head = size.ToString(random.Percent(50) ? "x" : "X8", CultureInfo.InvariantCulture);
                wire.AddRange(Encoding.ASCII.GetBytes(head + (random.Percent(20) ? ";a=b\r\n" : "\r\n")));
                wire.AddRange(payload.AsSpan(position, size));
                wire.AddRange("\r\n"u8);
                position += size;
            }

            wire.AddRange("0\r\n\r\n"u8);
            var decoder = new ChunkDecoder();
            var decoded = new List<byte>();
            for (var position = 0; position < wire.Count;)
            {
                var piece = wire.Skip(position).Take(random.Next(1, 20)).ToArray();
                position += piece.Length;
                decoded.AddRange(piece.AsSpan(0, decoder.Decode(piece)));
            }

            Assert.True(decoder.IsEnd);
            Assert.Equal(payload, decoded);
        }
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("g\r\n")]
    [InlineData("1\n")]
    [InlineData("1\r\nab")]
    [InlineData("ffffffffffffffff\r\n")]
    [InlineData("-1\r\n")]
    public void Malformed_chunks_are_refused(string wire) =>
        Assert.Throws<StreamException>(() => new ChunkDecoder().Decode(Encoding.ASCII.GetBytes(wire)));
}
