using static Netcd.Http2.Http2ErrorCode;
using static Netcd.Http2.Tests.RuleCase;
using static Netcd.Http2.Tests.Wire;

namespace Netcd.Http2.Tests;

/// <summary>
/// The rules of RFC 9113 section 8 about requests, numbered as h2spec's cases are; a malformed one resets its stream.
/// </summary>
public class HeaderRulesTests
{
    private static readonly byte[] Open = Headers(1, EndHeaders);

    private static readonly Dictionary<string, RuleCase> Cases = new()
    {
        ["8.1 second HEADERS without END_STREAM"] = Stream(1, ProtocolError, Open, Headers(1, EndHeaders)),
        ["8.1 trailers"] = Good(Open, HeadersRaw(1, Block(("x-sum", "1")))),
        ["8.1.2 upper-case name"] = Malformed(("X-Test", "ok")),
        ["8.1.2 name that is no token"] = Malformed(("x test", "ok")),
        ["8.1.2 empty name"] = Malformed(("", "ok")),
        ["8.1.2 line break in a value"] = Malformed(("x-test", "a\r\nb")),
        ["8.1.2 NUL in a value"] = Malformed(("x-test", "a\0")),
        ["8.1.2 blanks around a value pass as with Go"] = Good(Headers(1, more: ("x-test", " a\t "))),
        ["8.1.2 octets above ASCII in a value pass"] = Good(Headers(1, more: ("x-test", "\u00e4"))),
        ["8.1.2.1 unknown pseudo header"] = Of([(":test", "ok"), .. Request]),
        ["8.1.2.1 :status in a request"] = Of([(":status", "200"), .. Request]),
        ["8.1.2.1 pseudo header in trailers"] =
            Stream(1, ProtocolError, Open, HeadersRaw(1, Block((":method", "POST")))),
        ["8.1.2.1 pseudo header after a field"] = Of([("x-test", "ok"), .. Request]),
        ["8.1.2.2 connection"] = Malformed(("connection", "keep-alive")),
        ["8.1.2.2 keep-alive"] = Malformed(("keep-alive", "1")),
        ["8.1.2.2 transfer-encoding"] = Malformed(("transfer-encoding", "chunked")),
        ["8.1.2.2 upgrade"] = Malformed(("upgrade", "h2c")),
        ["8.1.2.2 proxy-connection"] = Malformed(("proxy-connection", "x")),
        ["8.1.2.2 te of trailers"] = Good(Headers(1, more: ("te", "trailers"))),
        ["8.1.2.2 te of anything else"] = Malformed(("te", "trailers, deflate")),
        ["8.1.2.2 connection in trailers"] =
            Stream(1, ProtocolError, Open, HeadersRaw(1, Block(("connection", "close")))),
        ["8.1.2.3 empty :path"] = Of((":method", "GET"), (":scheme", "http"), (":path", "")),
        ["8.1.2.3 no :method"] = Of((":scheme", "http"), (":path", "/")),
        ["8.1.2.3 no :scheme"] = Of((":method", "GET"), (":path", "/")),
        ["8.1.2.3 no :path"] = Of((":method", "GET"), (":scheme", "http")),
        ["8.1.2.3 no :authority is fine"] =
            Good(HeadersRaw(1, Block((":method", "GET"), (":scheme", "http"), (":path", "/")))),
        ["8.1.2.3 :method twice"] = Of([.. Request, (":method", "POST")]),
        ["8.1.2.3 :scheme twice"] = Of([.. Request, (":scheme", "http")]),
        ["8.1.2.3 :path twice"] = Of([.. Request, (":path", "/")]),
        ["8.1.2.3 empty block"] = Of(),
        ["8.5 CONNECT"] = Good(HeadersRaw(1, Block((":method", "CONNECT"), (":authority", "a:1")), EndHeaders)),
        ["8.5 CONNECT with a path"] =
            Of((":method", "CONNECT"), (":authority", "a:1"), (":path", "/"), (":scheme", "http")),
        ["8.1.2.6 content-length met"] =
            Good(Headers(1, EndHeaders, ("content-length", "5")), Data(1, 2), Data(1, 3, EndStream)),
        ["8.1.2.6 padding does not count"] =
            Good(Headers(1, EndHeaders, ("content-length", "1")), Data(1, [2, 7, 0, 0], Padded | EndStream)),
        ["8.1.2.6 one DATA too short"] = Body(Data(1, 4, EndStream)),
        ["8.1.2.6 one DATA too long"] = Body(Data(1, 6)),
        ["8.1.2.6 several DATA too long"] = Body(Data(1, 3), Data(1, 3, EndStream)),
        ["8.1.2.6 trailers too early"] = Body(Data(1, 3), HeadersRaw(1, Block(("x-sum", "1")))),
        ["8.1.2.6 no body at all"] = Malformed(("content-length", "5")),
        ["8.1.2.6 no number"] = Malformed(("content-length", "five")),
        ["8.1.2.6 a sign"] = Malformed(("content-length", "+0")),
        ["8.1.2.6 a number that overflows"] = Malformed(("content-length", "99999999999999999999")),
        ["8.1.2.6 two that differ"] = Malformed(("content-length", "0"), ("content-length", "1")),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rule_of_section_8(string name) => FrameRulesTests.Check(new ServerHarness(), Cases[name]);

    [Fact]
    public void Path_of_an_indexed_field_is_resolved_once()
    {
        var server = new ServerHarness();
        byte[] path = [0x44, 0x04, .. "/a/b"u8];
        byte[] rest = [.. Block((":method", "POST"), (":scheme", "http"))];
        server.Send(HeadersRaw(1, [.. path, .. rest]));
        server.Send(HeadersRaw(3, [0xbe, .. rest]));
        server.Send(HeadersRaw(5, [0xbe, .. rest]));
        Assert.Equal(["/a/b"], server.Handler.Resolved);
        Assert.Equal(3, server.Handler.Calls.Count(call => call.EndsWith("POST /a/b end", StringComparison.Ordinal)));
    }

    [Fact]
    public void Header_list_beyond_the_limit_resets_the_stream_and_keeps_the_table_in_step()
    {
        var server = new ServerHarness();
        byte[] insert = [0x40, 0x01, (byte)'k', 0x01, (byte)'v'];
        byte[] references = [.. Enumerable.Repeat((byte)0xbe, 1 + (Limits.HeaderListBytesMax / 34))];
        server.Send(HeadersRaw(1, [.. Block(Request), .. insert, .. references]));
        server.AssertStreamError(1, FrameSizeError);
        server.Send(HeadersRaw(3, [.. Block(Request), 0xbe]));
        Assert.Equal(["request 3 POST /test.Service/Method k=v end"], server.Handler.Calls);
    }

    [Fact]
    public void Host_stands_in_for_a_missing_authority()
    {
        var headers = new Http2Headers();
        headers.Reset(1000);
        Assert.Null(new Netcd.Http2.Hpack.HpackDecoder().Decode(Block(("host", "h")), headers));
        Assert.Equal("h"u8.ToArray(), headers.Authority.ToArray());
    }

    private static RuleCase Of(params (string, string)[] fields) =>
        Stream(1, ProtocolError, HeadersRaw(1, Block(fields)));

    private static RuleCase Malformed(params (string, string)[] more) => Of([.. Request, .. more]);

    private static RuleCase Body(params byte[][] frames) =>
        Stream(1, ProtocolError, [Headers(1, EndHeaders, ("content-length", "5")), .. frames]);
}
