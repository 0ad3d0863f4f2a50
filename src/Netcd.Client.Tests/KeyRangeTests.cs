namespace Netcd.Client.Tests;

public sealed class KeyRangeTests
{
    [Theory]
    [InlineData("the last byte grows", new byte[] { 1, 2 }, new byte[] { 1, 3 })]
    [InlineData("a byte that cannot grow is dropped", new byte[] { 1, 0xff }, new byte[] { 2 })]
    [InlineData("nothing comes after it", new byte[] { 0xff, 0xff }, new byte[] { 0 })]
    public void Prefix_ends_before_the_next_key_without_it(string what, byte[] prefix, byte[] end)
    {
        Assert.NotEmpty(what);
        Assert.Equal(end, KeyRange.PrefixEnd(prefix).Bytes.ToByteArray());
    }

    [Fact]
    public void No_prefix_is_all_keys()
    {
        Assert.Equal(KeyRange.All, KeyRange.Prefix(EtcdBytes.Empty));
        Assert.Equal(KeyRange.All, KeyRange.From(EtcdBytes.Empty));
    }
}
