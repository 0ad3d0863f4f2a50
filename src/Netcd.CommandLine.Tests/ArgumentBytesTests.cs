namespace Netcd.CommandLine.Tests;

public sealed class ArgumentBytesTests
{
    [Theory]
    [InlineData(new byte[] { 0x61, 0xc3, 0xa9 })]
    [InlineData(new byte[] { 0xff, 0x00, 0x80, 0x41 })]
    [InlineData(new byte[] { 0xc3 })]
    [InlineData(new byte[] { 0xed, 0xb0, 0x80 })]
    [InlineData(new byte[] { 0xf0, 0x9f, 0x98, 0x80 })]
    [InlineData(new byte[0])]
    public void Bytes_come_out_as_they_came_in(byte[] bytes) =>
        Assert.Equal(bytes, ArgumentBytes.Bytes(ArgumentBytes.Text(bytes)));
}
