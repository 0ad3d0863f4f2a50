using System.Text;
using Netcd.Api.Gateway.Json;

namespace Netcd.Api.Tests.Gateway;

public sealed class GoJsonScannerTests
{
    [Theory]
    [InlineData("{}", 2)]
    [InlineData("  {} x", 4)]
    [InlineData("""{"a":[1,{"b":"}"}],"c":null}{""", 28)]
    [InlineData("\"a\\\"b\" ", 6)]
    [InlineData("12,", 2)]
    [InlineData("-0.5e+7 ", 7)]
    [InlineData("true]", 4)]
    [InlineData("[[],{},[[]]]", 12)]
    public void Value_ends_at_the_same_byte_however_it_arrives(string text, int end)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var piece = 1; piece <= bytes.Length; piece++)
        {
            Assert.Equal((end, null), Scan(bytes, piece));
        }
    }

    [Theory]
    [InlineData("{bad}", "invalid character 'b' looking for beginning of object key string")]
    [InlineData("{\"a\" 1}", "invalid character '1' after object key")]
    [InlineData("{\"a\":1 2}", "invalid character '2' after object key:value pair")]
    [InlineData("[1 2]", "invalid character '2' after array element")]
    [InlineData("{\"a\":1,}", "invalid character '}' looking for beginning of object key string")]
    [InlineData("\u00e9", "invalid character 'Ã' looking for beginning of value")]
    [InlineData("'", "invalid character '\\'' looking for beginning of value")]
    [InlineData("[\"", "unexpected EOF")]
    [InlineData("01x", null)]
    [InlineData("[01]", "invalid character '1' after array element")]
    [InlineData("-x", "invalid character 'x' in numeric literal")]
    [InlineData("1.x", "invalid character 'x' after decimal point in numeric literal")]
    [InlineData("1e+x", "invalid character 'x' in exponent of numeric literal")]
    [InlineData("nulx", "invalid character 'x' in literal null (expecting 'l')")]
    [InlineData("\"\\x\"", "invalid character 'x' in string escape code")]
    [InlineData("\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape")]
    [InlineData("\"\n\"", "invalid character '\\n' in string literal")]
    [InlineData("\"\u0001\"", "invalid character '\\x01' in string literal")]
    public void Problems_have_the_words_of_Go(string text, string? problem)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(problem, Scan(bytes, bytes.Length).Problem);
        Assert.Equal(problem, Scan(bytes, 1).Problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n")]
    public void Spaces_alone_are_no_value(string text)
    {
        var scanner = default(GoJsonScanner);
        Assert.False(scanner.TryEnd(Encoding.UTF8.GetBytes(text), out _));
        Assert.False(scanner.TryFinish());
        Assert.Null(scanner.Problem);
    }

    [Theory]
    [InlineData(10_000, null)]
    [InlineData(10_001, "invalid character '[' exceeded max depth")]
    public void Depth_has_the_limit_of_Go(int depth, string? problem)
    {
        var text = new string('[', depth) + new string(']', depth);
        Assert.Equal(problem, Scan(Encoding.UTF8.GetBytes(text), 4096).Problem);
    }

    private static (int End, string? Problem) Scan(byte[] text, int piece)
    {
        var scanner = default(GoJsonScanner);
        for (var start = 0; start < text.Length; start += piece)
        {
            var part = text.AsSpan(start, Math.Min(piece, text.Length - start));
            if (scanner.TryEnd(part, out var used) || scanner.Problem is not null)
            {
                return (start + used, scanner.Problem);
            }
        }

        scanner.TryFinish();
        return (text.Length, scanner.Problem);
    }
}
