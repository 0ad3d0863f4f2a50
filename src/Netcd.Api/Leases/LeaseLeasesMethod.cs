using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Base;
using Netcd.Grpc;
using Netcd.Mvcc;
using Netcd.Proto.EtcdServer;
using Netcd.Server;
using Netcd.Server.Auth;

namespace Netcd.Api.Leases;

/// <summary>Lease.LeaseLeases: this member's list, the next to expire first.</summary>
internal sealed class LeaseLeasesMethod(ApiContext api)
    : MessageMethod<LeaseLeasesRequest>(
        api, Rpc.LeaseLeases, RequestShapes.LeaseLeasesRequest, LeaseLeasesRequest.Parser)
{
    protected override CallStep Handle(
        in CallHead head, LeaseLeasesRequest request, ref ReplyWriter reply, CallTicket ticket)
    {
        if (Admit(head, out var caller) is { } stranger)
        {
            return Refuse(ref reply, stranger);
        }

        // Thousands of leases may be sorted here, so not on the connection's thread.
        ThreadPool.UnsafeQueueUserWorkItem(
            pending =>
            {
                var response = new LeaseLeasesResponse { Header = FullHeader() };
                var auth = Api.Member.Auth;
                foreach (var id in Api.Member.Lessor.Leases())
                {
                    if (Check(auth, caller, id) is { } refusal)
                    {
                        Finish(pending, refusal);
                        return;
                    }

                    response.Leases.Add(new Proto.EtcdServer.LeaseStatus { ID = id.Value });
                }

                if (Api.Reads.CheckAgain(auth) is { } changed)
                {
                    Finish(pending, changed);
                    return;
                }

                Finish(pending, response);
            },
            ticket,
            preferLocal: false);
        return CallStep.Pending;
    }

    // Leases are listed to who may read the keys of them all.
    private Status? Check(AuthState auth, in Caller caller, LeaseId lease)
    {
        if (!auth.IsEnabled)
        {
            return null;
        }

        var refusal = new Permissions(auth, Api.Member.Lessor, caller.At(auth)).ReadLease(lease);
        return refusal == Refusal.None ? null : ErrorTable.For(refusal);
    }
}
