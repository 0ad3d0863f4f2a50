using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Grpc;

namespace Netcd.Api.Health;

internal sealed class HealthWatchMethod(ApiContext api)
    : StreamMethod(api, Rpc.HealthWatch, clientStreaming: false)
{
    protected override IStreamCall Begin(in CallHead head, StreamOut output) => new HealthWatchCall(this, output, head);
}
