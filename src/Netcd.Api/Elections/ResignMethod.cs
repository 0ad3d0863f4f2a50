using Google.Protobuf;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Inner;
using Netcd.Api.Wire;
using Netcd.Proto.Election;

namespace Netcd.Api.Elections;

/// <summary>Election.Resign: gives leadership up. Well done also for a key that is not the leader's any more.</summary>
internal sealed class ResignMethod(ApiContext api, InnerMethods inner)
    : WaitingMethod<ResignRequest>(
        api, inner, Rpc.Resign, RequestShapes.ResignRequest, ResignRequest.Parser)
{
    public override async Task<IMessage> RunAsync(
        ResignRequest request, InnerCaller caller, CancellationToken cancellation)
    {
        var leadership = await Leadership.OfAsync(caller, request.Leader);
        return new ResignResponse { Header = await leadership.ResignAsync() };
    }
}
