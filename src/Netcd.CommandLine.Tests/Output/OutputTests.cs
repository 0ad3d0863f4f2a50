using Netcd.Base.GoSyntax;
using Netcd.CommandLine.Output;

namespace Netcd.CommandLine.Tests.Output;

public sealed class OutputTests
{
    [Theory]
    [InlineData(0UL, "0 B")]
    [InlineData(9UL, "9 B")]
    [InlineData(999UL, "999 B")]
    [InlineData(1000UL, "1.0 kB")]
    [InlineData(20480UL, "20 kB")]
    [InlineData(20967424UL, "21 MB")]
    [InlineData(2147483648UL, "2.1 GB")]
    [InlineData(9949UL, "9.9 kB")]
    [InlineData(9950UL, "10 kB")]
    public void Sizes_are_printed_as_humanize_does(ulong bytes, string expected) =>
        Assert.Equal(expected, HumanBytes.Format(bytes));

    [Fact]
    public void Table_is_drawn_with_lines() =>
        Assert.Equal(
            """
            ┌─────────────────┬────────┬────────────┬───────┐
            │    ENDPOINT     │ HEALTH │    TOOK    │ ERROR │
            ├─────────────────┼────────┼────────────┼───────┤
            │ 127.0.0.1:21379 │   true │ 1.611047ms │       │
            └─────────────────┴────────┴────────────┴───────┘

            """,
            BoxTable.Format(["endpoint", "health", "took", "error"], [["127.0.0.1:21379", "true", "1.611047ms", ""]]));

    [Fact]
    public void Table_without_rows_has_titles_only() =>
        Assert.Equal("┌────┐\n│ ID │\n└────┘\n", BoxTable.Format(["ID"], []));

    [Fact]
    public void Json_has_no_blanks_and_escapes_as_go_does() =>
        Assert.Equal(
            """{"a":1,"b":[true,"\u003c\u0026\u003e\u2028\n\u0001\"é",null],"c":"Zm9v","d":{}}""",
            new GoJsonWriter().BeginObject().Name("a").Number(1L).Name("b").BeginArray().Bool(true)
                .String("<&>\u2028\n\u0001\"é").Null().EndArray().Name("c").Base64("foo"u8).Name("d").BeginObject()
                .EndObject().EndObject().ToString());

    [Fact]
    public void Bytes_that_are_no_text_become_the_replacement() =>
        Assert.Equal("\"a\\ufffdb\"", new GoJsonWriter().String([(byte)'a', 0xff, (byte)'b']).ToString());

    [Fact]
    public void Log_line_has_the_shape_of_zap()
    {
        var now = new DateTime(2026, 11, 22, 7, 30, 16, DateTimeKind.Utc);
        Assert.Equal(
            """{"level":"warn","ts":"2026-11-22T07:30:16.000000Z","caller":"a/b.go:1","msg":"m","n":1}""",
            LogLine.Json(now, "warn", "", "a/b.go:1", "m", fields => fields.Name("n").Number(1L)));
        Assert.Equal(
            "2026-11-22T07:30:16Z\tinfo\ta/b.go:1\tm\t{\"path\": \"a:,b\", \"n\": 1}",
            LogLine.Columns(
                now, "info", "a/b.go:1", "m", fields => fields.Name("path").String("a:,b").Name("n").Number(1L)));
    }
}
