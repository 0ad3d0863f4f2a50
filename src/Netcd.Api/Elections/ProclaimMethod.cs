using Google.Protobuf;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Inner;
using Netcd.Api.Wire;
using Netcd.Proto.Election;

namespace Netcd.Api.Elections;

/// <summary>Election.Proclaim: gives the leader's key a new value.</summary>
internal sealed class ProclaimMethod(ApiContext api, InnerMethods inner)
    : WaitingMethod<ProclaimRequest>(
        api, inner, Rpc.Proclaim, RequestShapes.ProclaimRequest, ProclaimRequest.Parser)
{
    public override async Task<IMessage> RunAsync(
        ProclaimRequest request, InnerCaller caller, CancellationToken cancellation)
    {
        var leadership = await Leadership.OfAsync(caller, request.Leader);
        return new ProclaimResponse { Header = await leadership.ProclaimAsync(request.Value) };
    }
}
