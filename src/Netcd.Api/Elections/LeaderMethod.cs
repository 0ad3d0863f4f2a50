using Google.Protobuf;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Inner;
using Netcd.Api.Locks;
using Netcd.Api.Wire;
using Netcd.Proto.Election;

namespace Netcd.Api.Elections;

/// <summary>Election.Leader: who leads.</summary>
internal sealed class LeaderMethod(ApiContext api, InnerMethods inner)
    : WaitingMethod<LeaderRequest>(
        api, inner, Rpc.Leader, RequestShapes.LeaderRequest, LeaderRequest.Parser)
{
    public override async Task<IMessage> RunAsync(
        LeaderRequest request, InnerCaller caller, CancellationToken cancellation)
    {
        var found = await caller.RangeAsync(KeyLine.Of(caller, request.Name).Oldest());
        return found.Kvs.Count > 0
            ? new LeaderResponse { Header = found.Header, Kv = found.Kvs[0] }
            : throw new RefusedException(ErrorTable.ElectionNoLeader);
    }
}
