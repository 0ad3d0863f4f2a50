using Google.Protobuf;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Inner;
using Netcd.Api.Wire;
using Netcd.Proto.Lock;

namespace Netcd.Api.Locks;

/// <summary>Lock.Unlock: deletes a key that Lock gave.</summary>
internal sealed class UnlockMethod(ApiContext api, InnerMethods inner)
    : WaitingMethod<UnlockRequest>(
        api, inner, Rpc.Unlock, RequestShapes.UnlockRequest, UnlockRequest.Parser)
{
    public override async Task<IMessage> RunAsync(
        UnlockRequest request, InnerCaller caller, CancellationToken cancellation) =>
        new UnlockResponse { Header = (await caller.DeleteAsync(request.Key)).Header };
}
