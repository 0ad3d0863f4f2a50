using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Grpc;

namespace Netcd.Api.Maintenance;

internal sealed class SnapshotMethod(ApiContext api)
    : StreamMethod(api, Rpc.Snapshot, clientStreaming: false)
{
    protected override bool ServesLearner => true;

    protected override IStreamCall Begin(in CallHead head, StreamOut output) =>
        new SnapshotCall(this, output, head);
}
