using System.Text;
using Netcd.Http2.Hpack;

namespace Netcd.Http2.Tests.Hpack;

public class HpackDecoderTests
{
    [Theory]
    [InlineData("index 0", "80")]
    [InlineData("index beyond both tables", "be")]
    [InlineData("name index beyond both tables", "7f00 0161")]
    [InlineData("index without end", "ff")]
    [InlineData("index that overflows", "ff ff ff ff ff 0f")]
    [InlineData("index spun out with zeros", "ff 80 80 80 80 80 80 80 01")]
    [InlineData("string longer than the block", "40 05 6162")]
    [InlineData("string of overflowing length", "40 7f ff ff ff ff 7f")]
    [InlineData("value missing", "40 0161")]
    [InlineData("Huffman padding too long", "00 8161 82 1fff")]
    [InlineData("Huffman EOS", "00 84fffffffc 00")]
    [InlineData("size update beyond the limit", "3f e2 1f")]
    [InlineData("size update after a field", "82 20")]
    [InlineData("three size updates", "20 20 20 82")]
    public void Encoding_errors_are_found(string name, string hex)
    {
        var headers = NewHeaders();
        Assert.True(new HpackDecoder().Decode(Wire.Hex(hex), headers) is not null, name);
    }

    [Fact]
    public void Size_update_evicts_and_two_are_allowed_at_the_front()
    {
        var decoder = new HpackDecoder();
        HpackVectorsTests.Decode(decoder, "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572");
        Assert.Equal(1, decoder.Table.Count);
        Assert.Equal(":method=GET", HpackVectorsTests.Decode(decoder, "20 3f e1 1f 82"));
        Assert.Equal(0, decoder.Table.Count);
        Assert.Equal(4096, decoder.Table.CapacityBytes);
    }

    [Fact]
    public void Smaller_limit_demands_an_update_in_the_next_block()
    {
        var decoder = new HpackDecoder();
        decoder.OnLimitAcknowledged(100);
        Assert.NotNull(decoder.Decode(Wire.Hex("82"), NewHeaders()));
        decoder = new HpackDecoder();
        decoder.OnLimitAcknowledged(100);
        Assert.NotNull(decoder.Decode(Wire.Hex("3f 46 82"), NewHeaders()));
        decoder = new HpackDecoder();
        decoder.OnLimitAcknowledged(100);
        Assert.Null(decoder.Decode(Wire.Hex("3f 45 82"), NewHeaders()));
        Assert.Null(decoder.Decode(Wire.Hex("82"), NewHeaders()));
    }

    [Fact]
    public void Field_larger_than_the_table_empties_it_and_is_still_delivered()
    {
        var decoder = new HpackDecoder();
        HpackVectorsTests.Decode(decoder, "4001 6101 62");
        var value = new string('x', 5000);
        var headers = NewHeaders();
        byte[] block = [0x82, 0x40, 0x01, (byte)'k', 0x7f, 0x89, 0x26, .. Encoding.ASCII.GetBytes(value)];
        Assert.Null(decoder.Decode(block, headers));
        Assert.Equal($":method=GET|k={value}", HpackVectorsTests.Text(headers));
        Assert.Equal(0, decoder.Table.Count);
    }

    [Fact]
    public void Fields_evicted_by_their_own_block_keep_their_bytes()
    {
        var random = new Random(7);
        var encoderTable = new List<(string Name, string Value)>();
        var decoder = new HpackDecoder();
        for (var round = 0; round < 200; round++)
        {
            var block = new List<byte>();
            var expected = new List<string>();
            for (var i = 0; i < 60; i++)
            {
                if (encoderTable.Count > 0 && random.Next(3) == 0)
                {
                    var index = random.Next(encoderTable.Count);
                    block.AddRange(Integer(0x80, 7, 62 + index));
                    expected.Add($"{encoderTable[index].Name}={encoderTable[index].Value}");
                    continue;
                }

                var field = ($"n{random.Next(50)}", new string((char)('a' + random.Next(26)), random.Next(300)));
                block.Add(0x40);
                block.AddRange(Integer(0, 7, field.Item1.Length));
                block.AddRange(Encoding.ASCII.GetBytes(field.Item1));
                block.AddRange(Integer(0, 7, field.Item2.Length));
                block.AddRange(Encoding.ASCII.GetBytes(field.Item2));
                expected.Add($"{field.Item1}={field.Item2}");
                encoderTable.Insert(0, field);
                while (encoderTable.Sum(f => f.Name.Length + f.Value.Length + 32) > 4096)
                {
                    encoderTable.RemoveAt(encoderTable.Count - 1);
                }
            }

            var headers = NewHeaders();
            Assert.Null(decoder.Decode([.. block], headers));
            Assert.Equal(string.Join('|', expected), HpackVectorsTests.Text(headers));
            Assert.Equal(encoderTable.Count, decoder.Table.Count);
        }

        Assert.InRange(decoder.MemoryBytes, 0, 64 * 1024);
    }

    [Fact]
    public void Bomb_of_references_stops_filling_the_list_at_its_limit()
    {
        var decoder = new HpackDecoder();
        var value = new string('x', 4000);
        byte[] block =
        [
            0x40, 0x01, (byte)'k', 0x7f, 0xa1, 0x1e, .. Encoding.ASCII.GetBytes(value), .. Enumerable.Repeat((byte)0xbe, 60_000),
        ];
        var headers = NewHeaders();
        Assert.Null(decoder.Decode(block, headers));
        Assert.True(headers.IsTooLarge);
        Assert.InRange(headers.Count, 1, 17);
    }

    [Fact]
    public void Encoder_and_decoder_agree_with_the_table_in_use()
    {
        var encoder = new HpackEncoder(512);
        var decoder = new HpackDecoder();
        var random = new Random(3);
        for (var round = 0; round < 500; round++)
        {
            var buffer = new byte[4096];
            var length = 0;
            var expected = new List<string>();
            for (var i = 0; i < 8; i++)
            {
                var (name, value) = ($"name-{random.Next(12)}", $"value {random.Next(3)}");
                length += encoder.Encode(buffer.AsSpan(length), name, value);
                expected.Add($"{name}={value}");
            }

            var headers = NewHeaders();
            Assert.Null(decoder.Decode(buffer.AsSpan(0, length), headers));
            Assert.Equal(string.Join('|', expected), HpackVectorsTests.Text(headers));
        }
    }

    private static Http2Headers NewHeaders()
    {
        var headers = new Http2Headers();
        headers.Reset(Limits.HeaderListBytesMax);
        return headers;
    }

    private static byte[] Integer(byte first, int prefixBits, int value)
    {
        var bytes = new byte[HpackInteger.BytesMax];
        return bytes[..HpackInteger.Write(bytes, first, prefixBits, value)];
    }
}
