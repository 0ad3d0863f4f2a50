using System.Text;
using Netcd.Grpc.Wire;

namespace Netcd.Grpc.Tests.Wire;

public sealed class BinaryMetadataTests
{
    [Fact]
    public void Every_length_is_decoded_with_and_without_padding()
    {
        var random = new Random(5);
        for (var length = 0; length < 100; length++)
        {
            var value = new byte[length];
            random.NextBytes(value);
            var padded = Convert.ToBase64String(value);
            foreach (var text in new[] { padded, padded.TrimEnd('=') })
            {
                Assert.Equal(-1, BinaryMetadata.FirstBadByte(Encoding.ASCII.GetBytes(text)));
                Assert.Equal(value, BinaryMetadata.Decode(Encoding.ASCII.GetBytes(text)));
            }
        }
    }

    [Theory]
    [InlineData("!!", 0)]
    [InlineData("YWJj,YWJj", 4)]
    [InlineData("YWJ-", 3)]
    [InlineData("YWJjY", 5)]
    [InlineData("====", 0)]
    public void Wrong_text_is_found_where_go_finds_it(string text, int position) =>
        Assert.Equal(position, BinaryMetadata.FirstBadByte(Encoding.ASCII.GetBytes(text)));
}
