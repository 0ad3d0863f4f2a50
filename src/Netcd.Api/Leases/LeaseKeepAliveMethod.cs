using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Grpc;

namespace Netcd.Api.Leases;

internal sealed class LeaseKeepAliveMethod(ApiContext api)
    : StreamMethod(api, Rpc.LeaseKeepAlive, clientStreaming: true)
{
    protected override IStreamCall Begin(in CallHead head, StreamOut output) =>
        new LeaseKeepAliveCall(this, output, head);
}
