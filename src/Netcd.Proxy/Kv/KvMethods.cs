using Google.Protobuf;
using Netcd.Client;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;

namespace Netcd.Proxy.Kv;

/// <summary>
/// The KV service with its cache. Source: server/proxy/grpcproxy/kv.go. Unlike there, writes take cached answers away
/// before and after they happen, and whoever shows a token is always answered by a member: the cache knows nobody's
/// rights.
/// </summary>
internal sealed class KvMethods(IKeyValues members, RangeCache cache, ProxyMetrics metrics)
{
    private const string Service = "etcdserverpb.KV";

    public void AddTo(MethodList methods)
    {
        methods.Answer<RangeRequest>(Service, "Range", RangeRequest.Parser, RangeAsync);
        methods.Answer(Service, "Put", PutRequest.Parser, PutAsync);
        methods.Answer(Service, "DeleteRange", DeleteRangeRequest.Parser, DeleteRangeAsync);
        methods.Answer(Service, "Txn", TxnRequest.Parser, TxnAsync);
        methods.Answer(Service, "Compact", CompactionRequest.Parser, CompactAsync);
    }

    private ValueTask<byte[]> RangeAsync(RangeRequest request, Caller caller, CancellationToken cancellation)
    {
        if (request.Serializable && caller.Token.Length == 0)
        {
            switch (cache.Look(request, out var answer))
            {
                case CacheVerdict.Hit:
                    metrics.CacheHits.Increment();
                    return ValueTask.FromResult(answer);
                case CacheVerdict.Compacted:
                    metrics.CacheHits.Increment();
                    throw new EtcdException(StatusCode.OutOfRange, EtcdErrors.Compacted);
                default:
                    metrics.CacheMisses.Increment();
                    break;
            }
        }

        return new ValueTask<byte[]>(ReadAsync(request, caller, cancellation));
    }

    private async Task<byte[]> ReadAsync(RangeRequest request, Caller caller, CancellationToken cancellation)
    {
        var time = cache.Time;
        var answer = (await members.RangeAsync(request, caller, cancellation)).ToByteArray();
        if (caller.Token.Length == 0)
        {
            cache.Add(request, answer, time);
        }

        return answer;
    }

    private async Task<PutResponse> PutAsync(PutRequest request, Caller caller, CancellationToken cancellation)
    {
        cache.Invalidate(request.Key, ByteString.Empty);
        try
        {
            return await members.PutAsync(request, caller, cancellation);
        }
        finally
        {
            cache.Invalidate(request.Key, ByteString.Empty);
        }
    }

    private async Task<DeleteRangeResponse> DeleteRangeAsync(
        DeleteRangeRequest request, Caller caller, CancellationToken cancellation)
    {
        cache.Invalidate(request.Key, request.RangeEnd);
        try
        {
            return await members.DeleteRangeAsync(request, caller, cancellation);
        }
        finally
        {
            cache.Invalidate(request.Key, request.RangeEnd);
        }
    }

    private async Task<TxnResponse> TxnAsync(TxnRequest request, Caller caller, CancellationToken cancellation)
    {
        var time = cache.Time;
        TxnResponse response;
        try
        {
            response = await members.TxnAsync(request, caller, cancellation);
        }
        catch
        {
            // It may have happened.
            InvalidateWrites(request);
            throw;
        }

        // It may say of a key that it changed: what was read before may be old.
        foreach (var compare in request.Compare)
        {
            cache.Invalidate(compare.Key, compare.RangeEnd);
        }

        Keep(request, response, caller, time);
        return response;
    }

    private async Task<CompactionResponse> CompactAsync(
        CompactionRequest request, Caller caller, CancellationToken cancellation)
    {
        var response = await members.CompactAsync(request, caller, cancellation);
        cache.Compact(request.Revision);
        return response;
    }

    private void Keep(TxnRequest request, TxnResponse response, Caller caller, long time)
    {
        InvalidateWrites(response.Succeeded ? request.Success : request.Failure);
        var operations = response.Succeeded ? request.Success : request.Failure;
        var count = Math.Min(operations.Count, response.Responses.Count);
        for (var i = 0; i < count && caller.Token.Length == 0; i++)
        {
            if (operations[i].RequestRange is { } range && response.Responses[i].ResponseRange is { } answer)
            {
                cache.Add(range, answer.ToByteArray(), time);
            }
        }
    }

    private void InvalidateWrites(TxnRequest request)
    {
        InvalidateWrites(request.Success);
        InvalidateWrites(request.Failure);
    }

    private void InvalidateWrites(IEnumerable<RequestOp> operations)
    {
        foreach (var operation in operations)
        {
            switch (operation.RequestCase)
            {
                case RequestOp.RequestOneofCase.RequestPut:
                    cache.Invalidate(operation.RequestPut.Key, ByteString.Empty);
                    break;
                case RequestOp.RequestOneofCase.RequestDeleteRange:
                    cache.Invalidate(operation.RequestDeleteRange.Key, operation.RequestDeleteRange.RangeEnd);
                    break;
                case RequestOp.RequestOneofCase.RequestTxn:
                    InvalidateWrites(operation.RequestTxn);
                    break;
                default:
                    break;
            }
        }
    }
}
