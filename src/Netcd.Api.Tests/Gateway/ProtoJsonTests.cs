using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Netcd.Api.Gateway;
using Netcd.Api.Gateway.Json;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Api.Tests.Gateway;

public sealed class ProtoJsonTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"key":"Zm9v","range_end":"","limit":"5","sort_order":"DESCEND","serializable":true}""")]
    [InlineData("""{"key":"Zm9v","rangeEnd":"AA==","limit":5,"sortOrder":2,"sortTarget":"NOSUCH","count_only":null}""")]
    [InlineData("""{ "unknown" : [ {"x":{}}, "y", 1e5 ], "min_mod_revision" : "-7" }""")]
    public void Range_request_is_read(string json)
    {
        var message = Parse(json, RangeRequest.Parser);
        var expected = new RangeRequest();
        if (json.Contains("Zm9v", StringComparison.Ordinal))
        {
            expected.Key = ByteString.CopyFromUtf8("foo");
            expected.Limit = 5;
            expected.SortOrder = RangeRequest.Types.SortOrder.Descend;
            expected.Serializable = json.Contains("true", StringComparison.Ordinal);
            expected.RangeEnd = expected.Serializable ? ByteString.Empty : ByteString.CopyFrom(0);
        }
        else if (json.Contains("-7", StringComparison.Ordinal))
        {
            expected.MinModRevision = -7;
        }

        Assert.Equal(expected, message);
    }

    [Fact]
    public void Messages_inside_messages_get_their_lengths()
    {
        var value = Convert.ToBase64String(new byte[300]);
        var deep = string.Concat(Enumerable.Repeat("""{"success":[{"request_txn":""", 20))
            + """{"compare":[{"version":"0"}],"failure":[{},{"request_put":{"key":"YQ==","value":"VALUE"}}]}"""
                .Replace("VALUE", value, StringComparison.Ordinal)
            + string.Concat(Enumerable.Repeat("}]}", 20));
        var message = Parse(deep, TxnRequest.Parser);
        for (var i = 0; i < 20; i++)
        {
            message = Assert.Single(message.Success).RequestTxn;
        }

        Assert.Equal(300, message.Failure[1].RequestPut.Value.Length);
        Assert.Equal(RequestOp.RequestOneofCase.None, message.Failure[0].RequestCase);

        // A member of a oneof is there even if it has the default value.
        Assert.Equal(Compare.TargetUnionOneofCase.Version, Assert.Single(message.Compare).TargetUnionCase);
    }

    [Theory]
    [InlineData("""{"key":1}""", "proto: (line 1:8): invalid value for bytes field key: 1")]
    [InlineData("""{"sort_order":true}""", "proto: (line 1:15): invalid value for enum field sortOrder: true")]
    [InlineData("{\n \"limit\": \"x\"}", "proto: (line 2:11): invalid value for int64 field limit: \"x\"")]
    [InlineData("""{"é":0,"limit":1.5}""", "proto: (line 1:16): invalid value for int64 field limit: 1.5")]
    [InlineData("""{"key":"YQ==","key":"YQ=="}""", "proto: (line 1:15): duplicate field \"key\"")]
    [InlineData("[]", "proto: syntax error (line 1:1): unexpected token [")]
    [InlineData("""{"key":"\ud800"}""", "proto: unexpected EOF")]
    [InlineData("""{"x":"\ud800\u0041"}""",
        "proto: syntax error (line 1:6): invalid escape code \"\\\\u0041\" in string")]
    public void What_does_not_fit_is_told_in_the_words_of_Go(string json, string problem)
    {
        using var output = new WireBuilder(1000);
        Assert.Equal(
            problem, ProtoJsonReader.FindProblem(Shape(RangeRequest.Descriptor), Encoding.UTF8.GetBytes(json), output));
    }

    [Theory]
    [InlineData("1", 1L)]
    [InlineData("1e2", 100L)]
    [InlineData("1.50e1", 15L)]
    [InlineData("10e-1", 1L)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("0e99999999999", 0L)]
    [InlineData("9223372036854775808", null)]
    [InlineData("15e-1", null)]
    [InlineData("1.5", null)]
    [InlineData("1e99999999999", null)]
    public void Numbers_are_whole_or_refused(string text, long? value)
    {
        Assert.Equal(value is not null, GoInteger.TryParseInt(Encoding.UTF8.GetBytes(text), 64, out var parsed));
        Assert.Equal(value ?? 0, parsed);
    }

    [Theory]
    [InlineData("YQ==", "61")]
    [InlineData("YQ", "61")]
    [InlineData("YR==", "61")]
    [InlineData("-_8=", "FBFF")]
    [InlineData("+/8", "FBFF")]
    [InlineData("Y\nQ", "61")]
    [InlineData("YQ\r\n", null)]
    [InlineData("YQ==\n\n\n\n", "61")]
    [InlineData("YQ=", null)]
    [InlineData("Y", null)]
    [InlineData("YQ==YQ==", null)]
    [InlineData("+_8=", null)]
    [InlineData("Y Q=", null)]
    [InlineData("", "")]
    public void Base64_is_read_as_Go_reads_it(string text, string? hex)
    {
        var decoded = new byte[GoBase64.DecodedMax(text.Length)];
        var isRead = GoBase64.TryDecode(Encoding.UTF8.GetBytes(text), decoded, out var length);
        Assert.Equal(hex, isRead ? Convert.ToHexString(decoded, 0, length) : null);
    }

    [Fact]
    public void Request_beyond_the_limit_is_measured_and_not_kept()
    {
        using var output = new WireBuilder(100);
        var json = $$"""{"key":"YQ==","value":"{{Convert.ToBase64String(new byte[3000])}}"}""";
        Assert.Null(ProtoJsonReader.FindProblem(Shape(PutRequest.Descriptor), Encoding.UTF8.GetBytes(json), output));
        Assert.True(output.IsTooLarge);
        Assert.Equal(
            new PutRequest { Key = ByteString.CopyFrom(0x61), Value = ByteString.CopyFrom(new byte[3000]) }
                .CalculateSize(),
            output.Total);
    }

    [Fact]
    public void Answer_is_written_without_defaults_and_in_the_names_of_the_proto_file()
    {
        var answer = new WatchResponse
        {
            Header = new ResponseHeader { ClusterId = ulong.MaxValue, Revision = -1 },
            CancelReason = "a\"<&\u2028\n\u0001",
            Events =
            {
                new Event { Kv = new KeyValue { Key = ByteString.CopyFromUtf8("k"), ModRevision = 3 } },
                new Event { Type = Event.Types.EventType.Delete, Kv = new KeyValue() },
            },
        };
        const string Events = "\"events\":[{\"kv\":{\"key\":\"aw==\",\"mod_revision\":\"3\"}},"
            + "{\"type\":\"DELETE\",\"kv\":{}}]}";
        const string Header = "{\"header\":{\"cluster_id\":\"18446744073709551615\",\"revision\":\"-1\"},";
        Assert.Equal(
            $"{Header}\"cancel_reason\":\"a\\\"<&\u2028\\n\\u0001\",{Events}",
            Write(answer, WatchResponse.Descriptor, escapesHtml: false));
        Assert.Equal(
            $"{Header}\"cancel_reason\":\"a\\\"\\u003c\\u0026\\u2028\\n\\u0001\",{Events}",
            Write(answer, WatchResponse.Descriptor, escapesHtml: true));
        Assert.Equal("{}", Write(new RangeResponse(), RangeResponse.Descriptor, escapesHtml: false));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(200_000)]
    public void Long_answer_is_the_same_from_a_source(int valueBytes)
    {
        var answer = new RangeResponse { Header = new ResponseHeader { Revision = 9 }, Count = 70, More = true };
        for (var i = 0; i < 70; i++)
        {
            var value = new byte[valueBytes + i];
            new Random(i).NextBytes(value);
            answer.Kvs.Add(new KeyValue
            {
                Key = ByteString.CopyFromUtf8($"key-{i}"), Value = ByteString.CopyFrom(value),
            });
        }

        using var writer = new ProtoJsonWriter(escapesHtml: false);
        using var buffer = new PooledBuffer();
        writer.Begin(Shape(RangeResponse.Descriptor), new ArraySource(answer.ToByteArray()));
        var pieces = 0;
        while (!writer.TryComplete(new JsonOutput(buffer), 10_000))
        {
            pieces++;
        }

        Assert.Equal(
            Write(answer, RangeResponse.Descriptor, escapesHtml: false), Encoding.UTF8.GetString(buffer.Span));
        Assert.Equal(answer, JsonParser.Default.Parse<RangeResponse>(Encoding.UTF8.GetString(buffer.Span)));
        Assert.Equal(valueBytes > 1, pieces > 0);
    }

    private static T Parse<T>(string json, MessageParser<T> parser)
        where T : IMessage<T>, new()
    {
        using var output = new WireBuilder(1 << 20);
        var shape = Shape(((IMessage)new T()).Descriptor);
        Assert.Null(ProtoJsonReader.FindProblem(shape, Encoding.UTF8.GetBytes(json), output));
        return parser.ParseFrom(output.Finish().Span);
    }

    private static string Write(IMessage message, MessageDescriptor descriptor, bool escapesHtml)
    {
        using var writer = new ProtoJsonWriter(escapesHtml);
        using var buffer = new PooledBuffer();
        writer.Begin(Shape(descriptor), message.ToByteArray());
        Assert.True(writer.TryComplete(new JsonOutput(buffer), long.MaxValue));
        return Encoding.UTF8.GetString(buffer.Span);
    }

    private static JsonShape Shape(MessageDescriptor descriptor) => JsonShape.Of(descriptor, []);

    private sealed class ArraySource(byte[] message) : IReplySource
    {
        private int _position;

        public long Length => message.Length;

        public int Fill(Span<byte> destination)
        {
            var part = message.AsSpan(_position, Math.Min(destination.Length, message.Length - _position));
            part.CopyTo(destination);
            _position += part.Length;
            return part.Length;
        }

        public void Release()
        {
            // Nothing is held.
        }
    }
}
