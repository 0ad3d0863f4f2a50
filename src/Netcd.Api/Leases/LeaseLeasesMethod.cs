using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;

namespace Netcd.Api.Leases;

/// <summary>Lease.LeaseLeases: this member's list, the next to expire first.</summary>
internal sealed class LeaseLeasesMethod(ApiContext api)
    : MessageMethod<LeaseLeasesRequest>(
        api, "etcdserverpb.Lease", "LeaseLeases", RequestShapes.LeaseLeasesRequest, LeaseLeasesRequest.Parser)
{
    protected override CallStep Handle(
        in CallHead head, LeaseLeasesRequest request, ref ReplyWriter reply, CallTicket ticket)
    {
        if (Api.Gate.CheckUser(head) is { } refusal)
        {
            return Refuse(ref reply, refusal);
        }

        // Thousands of leases may be sorted here, so not on the connection's thread.
        ThreadPool.UnsafeQueueUserWorkItem(
            pending =>
            {
                var response = new LeaseLeasesResponse { Header = FullHeader() };
                foreach (var id in Api.Member.Lessor.Leases())
                {
                    response.Leases.Add(new LeaseStatus { ID = id.Value });
                }

                Finish(pending, response);
            },
            ticket,
            preferLocal: false);
        return CallStep.Pending;
    }
}
