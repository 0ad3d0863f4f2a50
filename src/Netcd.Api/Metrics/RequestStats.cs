using Microsoft.Extensions.Logging;
using Netcd.Api.Calls;
using Netcd.Api.Kv;
using Netcd.Base.Protobuf;
using Netcd.Grpc.Server;
using Netcd.Server.Requests;
using Netcd.Server.SlowRequests;

namespace Netcd.Api.Metrics;

/// <summary>
/// The line "request stats" about a unary call. Upstream: server/etcdserver/api/v3rpc/interceptor.go,
/// logUnaryRequestStats; counts and sizes as there, -1 where it has none.
/// </summary>
internal static class RequestStats
{
    private const int RangeCountField = 4;
    private const int DeletedField = 2;
    private const int SucceededField = 2;

    public static void Write(ILogger logger, LogLevel level, TimeProvider time, in CallEnd end)
    {
        var (requestCount, requestSize, responseCount, responseSize, content) = TryDescribe(end);
        LogLine.Write(
            logger,
            level,
            "request stats",
            new("start time", time.GetUtcNow() - end.Took),
            new("time spent", end.Took),
            new("remote", end.Peer.RemoteEndPoint?.ToString() ?? "No remote client info."),
            new("response type", end.Method.Path),
            new("request count", requestCount),
            new("request size", requestSize),
            new("response count", responseCount),
            new("response size", responseSize),
            new("request content", content));
    }

    // At level debug requests that could not be read are shown too.
    private static (long, long, long, long, string) TryDescribe(in CallEnd end)
    {
        try
        {
            return Describe(end);
        }
        catch (ProtoException)
        {
            return (-1, -1, -1, -1, "");
        }
    }

    // Count and size of the request, count and size of the response, and what was asked.
    private static (long, long, long, long, string) Describe(in CallEnd end)
    {
        var size = end.Source?.Length ?? end.Answer.Length;
        switch (end.Method.Path)
        {
            case "/etcdserverpb.KV/Range":
                var count = end.Source is SelectionSource source
                    ? source.Count
                    : Number(end.Answer, RangeCountField);
                return (0, end.Request.Length, count, size, RequestText.OfRange(end.Request));
            case "/etcdserverpb.KV/Put":
                return (1, end.Request.Length, 0, size, RequestText.OfPut(end.Request));
            case "/etcdserverpb.KV/DeleteRange":
                var deleted = Number(end.Answer, DeletedField);
                return (0, end.Request.Length, deleted, size, RequestText.OfDeleteRange(end.Request));
            case "/etcdserverpb.KV/Txn" when size == 0:
                return (0, 0, 0, 0, "");
            case "/etcdserverpb.KV/Txn":
                var txn = TxnRequestView.Parse(end.Request);
                var succeeded = Number(end.Answer, SucceededField) != 0;
                var requestSize = 0L;
                foreach (var operation in txn.Branch(succeeded))
                {
                    requestSize += operation.Length;
                }

                var requestCount = succeeded ? txn.SuccessCount : txn.FailureCount;
                return (requestCount, requestSize, 0, size, RequestText.OfTxn(end.Request));
            default:
                return (-1, -1, -1, -1, "");
        }
    }

    private static long Number(ReadOnlySpan<byte> message, int field)
    {
        var number = 0L;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var tag, out var wireType))
        {
            if (tag == field && wireType == WireType.Varint)
            {
                number = reader.ReadInt64(wireType);
            }
            else
            {
                reader.Skip(wireType);
            }
        }

        return number;
    }
}
