using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Mvcc;
using Netcd.Proto.EtcdServer;
using Netcd.Server.KeyValues;

namespace Netcd.Api.Maintenance;

/// <summary>Maintenance.HashKV: of the key space at a revision, read on a worker.</summary>
internal sealed class HashKvMethod(ApiContext api)
    : MessageMethod<HashKVRequest>(
        api, Rpc.HashKv, RequestShapes.HashKVRequest, HashKVRequest.Parser)
{
    protected override CallStep Handle(
        in CallHead head, HashKVRequest request, ref ReplyWriter reply, CallTicket ticket)
    {
        if (Admit(head, out _) is { } refusal)
        {
            return Refuse(ref reply, refusal);
        }

        ThreadPool.UnsafeQueueUserWorkItem(
            pending => Hash(request.Revision, pending), ticket, preferLocal: false);
        return CallStep.Pending;
    }

    private void Hash(long revision, CallTicket ticket)
    {
        var began = Api.Time.GetTimestamp();
        var status = Api.Member.Store.HashKeyValues(revision, out var hash, out var current);
        Api.Metrics.HashRevisionSeconds.ObserveSince(Api.Time, began);
        if (status != StoreStatus.Ok)
        {
            Finish(ticket, ErrorTable.For(RangeAnswer.RefusalOf(status)));
            return;
        }

        Finish(ticket, new HashKVResponse
        {
            Header = Header(current),
            Hash = hash.Hash,
            CompactRevision = hash.CompactRevision,
            HashRevision = hash.Revision,
        });
    }
}
