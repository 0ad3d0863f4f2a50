using Google.Protobuf;
using Netcd.CommandLine.Output;
using Netcd.Ctl.Printing;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Ctl.Tests.Printing;

/// <summary>Expected texts are those of Go's encoding/json on the same messages.</summary>
public sealed class JsonMessageTests
{
    [Fact]
    public void Zero_fields_are_left_out_and_lists_are_closed() =>
        Assert.Equal(
            """{"header":{"revision":7},"kvs":[{"key":"Zm9v","value":"YmFy"},{"key":"Zw=="}],"more":true,"count":3}""",
            Json(
                new RangeResponse
                {
                    Header = new ResponseHeader { Revision = 7 },
                    Kvs =
                    {
                        new KeyValue { Key = ByteString.CopyFromUtf8("foo"), Value = ByteString.CopyFromUtf8("bar") },
                        new KeyValue { Key = ByteString.CopyFromUtf8("g") },
                    },
                    More = true,
                    Count = 3,
                },
                JsonShape.Range));

    [Fact]
    public void Answers_of_a_transaction_are_wrapped() =>
        Assert.Equal(
            """{"succeeded":true,"responses":[{"Response":{"response_put":{}}},{"Response":{"response_delete_range":{"deleted":1}}}]}""",
            Json(
                new TxnResponse
                {
                    Succeeded = true,
                    Responses =
                    {
                        new ResponseOp { ResponsePut = new PutResponse() },
                        new ResponseOp { ResponseDeleteRange = new DeleteRangeResponse { Deleted = 1 } },
                    },
                },
                JsonShape.Txn));

    [Fact]
    public void Fields_of_newer_versions_are_left_out() =>
        Assert.Equal(
            """{"version":"3.6.0","dbSize":10}""",
            Json(new StatusResponse { Version = "3.6.0", DbSize = 10, StorageVersion = "3.6.0" }, JsonShape.Status));

    private static string Json(IMessage message, JsonShape shape)
    {
        var json = new GoJsonWriter();
        JsonMessage.Write(json, message.ToByteArray(), shape);
        return json.ToString();
    }
}
