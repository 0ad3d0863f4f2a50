using System.Text;
using Netcd.Http2.Hpack;

namespace Netcd.Http2.Tests.Hpack;

public class HuffmanTests
{
    [Theory]
    [InlineData("www.example.com", "f1e3c2e5f23a6ba0ab90f4ff")]
    [InlineData("no-cache", "a8eb10649cbf")]
    [InlineData("custom-value", "25a849e95bb8e8b4bf")]
    [InlineData("", "")]
    public void Known_strings_have_their_codes(string text, string hex)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        var encoded = new byte[Huffman.EncodedBytes(bytes)];
        Assert.Equal(encoded.Length, Huffman.Encode(bytes, encoded));
        Assert.Equal(hex, Convert.ToHexStringLower(encoded));
        Assert.Equal(bytes, Decode(encoded));
    }

    [Fact]
    public void Every_pair_of_octets_survives_the_round_trip()
    {
        for (var first = 0; first < 256; first++)
        {
            for (var second = 0; second < 256; second++)
            {
                byte[] bytes = [(byte)first, (byte)second];
                var encoded = new byte[Huffman.EncodedBytes(bytes)];
                Huffman.Encode(bytes, encoded);
                Assert.Equal(bytes, Decode(encoded));
            }
        }
    }

    [Theory]
    [InlineData("eight bits of padding", "1fff")]
    [InlineData("only padding of eight bits", "ff")]
    [InlineData("padding of zeros", "18")]
    [InlineData("EOS", "fffffffc")]
    [InlineData("EOS then more", "fffffffc00")]
    public void Wrong_ends_are_refused(string name, string hex)
    {
        var decoded = new byte[64];
        Assert.True(Huffman.Decode(Convert.FromHexString(hex), decoded) < 0, name);
    }

    private static byte[] Decode(byte[] encoded)
    {
        var decoded = new byte[Huffman.DecodedBytesMax(encoded.Length) + 1];
        return decoded[..Huffman.Decode(encoded, decoded)];
    }
}
