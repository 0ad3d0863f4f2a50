using Google.Protobuf;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Inner;
using Netcd.Api.Wire;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Lock;

namespace Netcd.Api.Locks;

/// <summary>
/// Lock.Lock: puts the caller's lease in line for a name and waits for its turn. Upstream:
/// server/etcdserver/api/v3lock/lock.go, client/v3/concurrency/mutex.go.
/// </summary>
internal sealed class LockMethod(ApiContext api, InnerMethods inner)
    : WaitingMethod<LockRequest>(
        api, inner, Rpc.Lock, RequestShapes.LockRequest, LockRequest.Parser)
{
    public override async Task<IMessage> RunAsync(
        LockRequest request, InnerCaller caller, CancellationToken cancellation)
    {
        var line = KeyLine.Of(caller, request.Name);
        var lease = await line.SessionAsync(request.Lease);
        var key = line.KeyOf(lease);
        var entered = await caller.TxnAsync(Enter(line, key, lease));
        var createRevision = entered.Succeeded
            ? entered.Header.Revision
            : entered.Responses[0].ResponseRange.Kvs[0].CreateRevision;
        var oldest = entered.Responses[1].ResponseRange.Kvs;
        if (oldest.Count == 0 || oldest[0].CreateRevision == createRevision)
        {
            return new LockResponse { Header = entered.Header, Key = key };
        }

        RangeResponse owned;
        try
        {
            await line.WaitForOlderAsync(createRevision - 1, cancellation);
            owned = await caller.RangeAsync(new RangeRequest { Key = key });
        }
        catch (Exception problem) when (problem is RefusedException or OperationCanceledException)
        {
            await LeaveAsync(caller, key);
            throw;
        }

        return owned.Kvs.Count > 0
            ? new LockResponse { Header = owned.Header, Key = key }
            : throw new RefusedException(ErrorTable.SessionExpired);
    }

    private static TxnRequest Enter(KeyLine line, ByteString key, long lease)
    {
        var oldest = new RequestOp { RequestRange = line.Oldest() };
        return new TxnRequest
        {
            Compare = { KeyCompare.CreatedAt(key, 0) },
            Success = { new RequestOp { RequestPut = new PutRequest { Key = key, Lease = lease } }, oldest },
            Failure = { new RequestOp { RequestRange = new RangeRequest { Key = key } }, oldest },
        };
    }

    private static async Task LeaveAsync(InnerCaller caller, ByteString key)
    {
        try
        {
            await caller.DeleteAsync(key);
        }
        catch (RefusedException)
        {
            // The lease's end does what could not be done here.
        }
    }
}
