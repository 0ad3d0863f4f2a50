using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Inner;
using Netcd.Grpc;

namespace Netcd.Api.Elections;

/// <summary>Election.Observe.</summary>
internal sealed class ObserveMethod(ApiContext api, InnerMethods inner)
    : StreamMethod(api, Rpc.Observe, clientStreaming: false)
{
    protected override IStreamCall Begin(in CallHead head, StreamOut output) =>
        new ObserveCall(this, output, new InnerCaller(inner, head), new CancellationTokenSource(), head);
}
