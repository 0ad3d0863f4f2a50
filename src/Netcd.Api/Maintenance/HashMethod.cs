using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;

namespace Netcd.Api.Maintenance;

/// <summary>Maintenance.Hash: of the whole backend, read on a worker.</summary>
internal sealed class HashMethod(ApiContext api)
    : MessageMethod<HashRequest>(
        api, Rpc.Hash, RequestShapes.HashRequest, HashRequest.Parser)
{
    protected override CallStep Handle(in CallHead head, HashRequest request, ref ReplyWriter reply, CallTicket ticket)
    {
        if (Admit(head, out _) is { } refusal)
        {
            return Refuse(ref reply, refusal);
        }

        ThreadPool.UnsafeQueueUserWorkItem(
            pending =>
            {
                var revision = Api.Member.Store.CurrentRevision;
                var began = Api.Time.GetTimestamp();
                var hash = Api.Member.Store.HashBackend();
                Api.Metrics.HashSeconds.ObserveSince(Api.Time, began);
                Finish(pending, new HashResponse { Header = Header(revision), Hash = hash });
            },
            ticket,
            preferLocal: false);
        return CallStep.Pending;
    }
}
