using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Grpc;

namespace Netcd.Api.Watch;

internal sealed class WatchMethod(ApiContext api)
    : StreamMethod(api, Rpc.Watch, clientStreaming: true)
{
    protected override IStreamCall Begin(in CallHead head, StreamOut output) => new WatchCall(this, output, head);
}
