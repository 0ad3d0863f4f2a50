using System.Buffers.Binary;
using System.IO.Compression;
using Netcd.Grpc.Server.Tests.Support;

namespace Netcd.Grpc.Server.Tests.Conformance;

/// <summary>Wrong requests and their answers; the expected ones were recorded from etcd 3.5.30 (grpc-go 1.81.1) with curl.</summary>
public sealed class RefusalTests
{
    public static TheoryData<string, string, string, string> Headers => new()
    {
        // header           value                 path                 answer
        { "content-type", "application/grpcx", "/test.Service/Echo", "415 3 invalid gRPC request content-type \"application/grpcx\"" },
        { "content-type", "application/grpc;x", "/test.Service/Nope", "200 12 unknown method Nope for service test.Service" },
        { "grpc-timeout", "5", "/test.Service/Echo", "400 13 malformed grpc-timeout: transport: timeout string is too short: \"5\"" },
        { "grpc-timeout", "xS", "/test.Service/Echo", "400 13 malformed grpc-timeout: strconv.ParseUint: parsing \"x\": invalid syntax" },
        { "grpc-timeout", "-1S", "/test.Service/Echo", "400 13 malformed grpc-timeout: strconv.ParseUint: parsing \"-1\": invalid syntax" },
        { "grpc-timeout", "5x", "/test.Service/Echo", "400 13 malformed grpc-timeout: transport: timeout unit is not recognized: \"5x\"" },
        { "grpc-timeout", "123456789S", "/test.Service/Echo", "400 13 malformed grpc-timeout: transport: timeout string is too long: \"123456789S\"" },
        { "grpc-timeout", "0S", "/test.Service/Echo", "200 4 context deadline exceeded" },
        { "x-bin", "!!", "/test.Service/Echo", "400 13 malformed binary metadata \"!!\" in header \"x-bin\": illegal base64 data at input byte 0" },
        { "x-bin", "YWJj,YWJj", "/test.Service/Echo", "400 13 malformed binary metadata \"YWJj,YWJj\" in header \"x-bin\": illegal base64 data at input byte 4" },
        { "grpc-encoding", "foo", "/test.Service/Echo", "200 12 grpc: Decompressor is not installed for grpc-encoding \"foo\"" },
        { "grpc-encoding", "foo", "/test.Service/Chat", "200 12 grpc: Decompressor is not installed for grpc-encoding \"foo\"" },
        { ":method", "PUT", "/test.Service/Echo", "405 13 Received a HEADERS frame with :method \"PUT\" which should be POST" },
        { "x", "y", "/test.Service/Nope", "200 12 unknown method Nope for service test.Service" },
        { "x", "y", "/foo", "200 12 malformed method name: \"/foo\"" },
        { "x", "y", "/foo/bar", "200 12 unknown service foo" },
        { "x", "y", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "200 12 unknown service grpc.reflection.v1.ServerReflection" },
    };

    public static TheoryData<string, byte[], string> Bodies => new()
    {
        // method      body                                        answer
        { "Echo", [], "200 2 EOF" },
        { "Echo", [0, 0, 0], "200 2 EOF" },
        { "Echo", [0, 0, 0, 0, 5, 1, 2], "200 2 unexpected EOF" },
        { "Echo", [1, 0, 0, 0, 0], "200 13 grpc: compressed flag set with identity or empty encoding" },
        { "Echo", [2, 0, 0, 0, 0], "200 13 grpc: received unexpected payload format 2" },
        { "Echo", [0, 0x7f, 0, 0, 0], "200 8 grpc: received message larger than max (2130706432 vs. 2097152)" },
        { "Echo", [0, 0xff, 0xff, 0xff, 0xff], "200 8 grpc: received message larger than max (4294967295 vs. 2097152)" },
        { "Echo", [0, 0, 0x20, 0, 1], "200 8 grpc: received message larger than max (2097153 vs. 2097152)" },
        { "Chat", [0, 0, 0, 0, 5, 1, 2], "200 13 unexpected EOF" },
        { "Chat", [2, 0, 0, 0, 0], "200 13 grpc: received unexpected payload format 2" },
        { "Chat", [0, 0, 0, 0, 3, (byte)'b', (byte)'a', (byte)'d'], "200 13 grpc: failed to unmarshal the received message: proto: illegal wireType 7" },
        { "Download", [], "200 13 cardinality violation: received no request message from non-client-streaming RPC" },
        { "Download", [0, 0, 0], "200 13 cardinality violation: received no request message from non-client-streaming RPC" },
    };

    [Theory, Feeds]
    public async Task Request_with_wrong_headers_gets_grpc_go_answer(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed, servesWeb: false);
        using var caller = new GrpcCaller(server.Address);

        foreach (var row in Headers)
        {
            var (name, value, path, expected) = ((string)row[0], (string)row[1], (string)row[2], (string)row[3]);
            var content = new ByteArrayContent(GrpcCaller.Frame("x"u8));
            var answer = await caller.SendAsync(path, content, (name, value));
            Assert.Equal((name, value, path, expected), (name, value, path, answer.StatusLine));
            Assert.True(answer.IsTrailersOnly);
        }
    }

    [Theory, Feeds]
    public async Task Wrong_body_gets_grpc_go_answer(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        foreach (var row in Bodies)
        {
            var (method, body, expected) = ((string)row[0], (byte[])row[1], (string)row[2]);
            var answer = await caller.CallAsync(method, body);
            Assert.Equal((method, expected), (method, answer.StatusLine));
        }
    }

    [Theory, Feeds]
    public async Task Message_of_exactly_the_limit_is_taken(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed, new GrpcLimits { ReceiveBytesMax = 1000 });
        using var caller = new GrpcCaller(server.Address);

        var fits = await caller.CallAsync("Echo", new string('x', 1000));
        var longer = await caller.CallAsync("Echo", new string('x', 1001));

        Assert.Equal("200 0 ", fits.StatusLine);
        Assert.Equal("200 8 grpc: received message larger than max (1001 vs. 1000)", longer.StatusLine);
    }

    [Theory, Feeds]
    public async Task Gzip_is_accepted_within_the_limit_of_what_it_becomes(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var good = await caller.CallAsync("Echo", Compressed("hello"u8.ToArray()), ("grpc-encoding", "gzip"));
        var plain = await caller.CallAsync("Echo", GrpcCaller.Frame("plain"u8), ("grpc-encoding", "gzip"));
        var bomb = await caller.CallAsync("Echo", Compressed(new byte[3_000_000]), ("grpc-encoding", "gzip"));
        var empty = await caller.CallAsync("Echo", GrpcCaller.Frame([], flag: 1), ("grpc-encoding", "gzip"));
        var noise = await caller.CallAsync("Echo", GrpcCaller.Frame("abc"u8, flag: 1), ("grpc-encoding", "gzip"));
        var cut = Compressed(new byte[2000])[..^6];
        BinaryPrimitives.WriteInt32BigEndian(cut.AsSpan(1), cut.Length - 5);
        var truncated = await caller.CallAsync("Echo", cut, ("grpc-encoding", "gzip"));

        Assert.Equal("hello", good.Text);
        Assert.Equal("plain", plain.Text);
        Assert.Equal("200 8 grpc: received message after decompression larger than max 2097152", bomb.StatusLine);
        Assert.Equal("200 13 grpc: failed to decompress the message: EOF", empty.StatusLine);
        Assert.Equal("200 13 grpc: failed to decompress the message: unexpected EOF", noise.StatusLine);
        Assert.StartsWith("200 13 grpc: failed to decompress the message: ", truncated.StatusLine, StringComparison.Ordinal);
    }

    [Theory, Feeds]
    public async Task Content_type_with_a_subtype_is_answered_with_it(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var answer = await caller.CallAsync("Echo", "x", ("content-type", "application/grpc+proto"));

        Assert.Equal("200 0 ", answer.StatusLine);
        Assert.Equal("application/grpc+proto", answer.ContentType);
    }

    [Theory, Feeds]
    public async Task Second_message_of_a_unary_call_is_ignored(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed);
        using var caller = new GrpcCaller(server.Address);

        var answer = await caller.CallAsync("Echo", [.. GrpcCaller.Frame("one"u8), .. GrpcCaller.Frame("two"u8), 9]);

        Assert.Equal("200 0 ", answer.StatusLine);
        Assert.Equal("one", answer.Text);
    }

    private static byte[] Compressed(byte[] message)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(message);
        }

        return GrpcCaller.Frame(compressed.ToArray(), flag: 1);
    }
}
