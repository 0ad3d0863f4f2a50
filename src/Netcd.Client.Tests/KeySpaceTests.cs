using Netcd.Client.Namespaces;

namespace Netcd.Client.Tests;

public sealed class KeySpaceTests
{
    private readonly KeySpace _space = new(ByteString.CopyFromUtf8("p/"));

    [Theory]
    [InlineData("one key",         "k", "",   "p/k", "")]
    [InlineData("a range",         "a", "b",  "p/a", "p/b")]
    [InlineData("to the last key", "a", "\0", "p/a", "p0")]
    public void Requests_get_the_prefix(string what, string key, string end, string expectedKey, string expectedEnd)
    {
        Assert.NotEmpty(what);
        var request = new RangeRequest { Key = Bytes(key), RangeEnd = Bytes(end) };
        var inside = _space.Inside(request);
        Assert.Equal((expectedKey, expectedEnd), (inside.Key.ToStringUtf8(), inside.RangeEnd.ToStringUtf8()));
        Assert.Equal(key, request.Key.ToStringUtf8());
    }

    [Fact]
    public void Prefixes_without_a_next_key_end_with_the_last()
    {
        var space = new KeySpace(ByteString.CopyFrom(0xff));
        var inside = space.Inside(new RangeRequest { Key = Bytes("a"), RangeEnd = Bytes("\0") });
        Assert.Equal([0], inside.RangeEnd.ToByteArray());
    }

    [Fact]
    public void A_key_must_be_given() =>
        Assert.Throws<EtcdException>(() => _space.Inside(new PutRequest()));

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);
}
