namespace Netcd.CommandLine.Tests;

public sealed class ProgramConsoleTests
{
    [Theory]
    [InlineData(new byte[] { 0x61, 0xff, 0x62 })]
    [InlineData(new byte[] { 0xed, 0xb0, 0x80, 0xf0, 0x9f, 0x98, 0x80 })]
    [InlineData(new byte[] { 0xc3, 0xa9, 0x80 })]
    public void Bytes_of_an_argument_that_are_no_text_are_written_as_they_came(byte[] bytes)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        using var console = new ProgramConsole(
            Stream.Null, output, error, new Dictionary<string, string>(StringComparer.Ordinal));
        console.Write(ArgumentBytes.Text(bytes));
        console.WriteError(ArgumentBytes.Text(bytes));
        Assert.Equal(bytes, output.ToArray());
        Assert.Equal(bytes, error.ToArray());
    }
}
