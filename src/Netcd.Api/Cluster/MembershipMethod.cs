using System.Text;
using Google.Protobuf;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Cluster;

/// <summary>
/// What the methods that change membership share: check, hand to the member, answer. Upstream:
/// server/etcdserver/api/v3rpc/member.go.
/// </summary>
internal abstract class MembershipMethod<TRequest>(
    ApiContext api, Rpc rpc, MessageShape shape, MessageParser<TRequest> parser)
    : MessageMethod<TRequest>(api, rpc, shape, parser)
    where TRequest : class, IMessage<TRequest>
{
    protected override CallStep Handle(in CallHead head, TRequest request, ref ReplyWriter reply, CallTicket ticket)
    {
        if ((Check(request) ?? Admit(head, out _)) is { } refusal)
        {
            return Refuse(ref reply, refusal);
        }

        var token = CallerGate.TryGetToken(head.Metadata, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;
        _ = ChangeAsync(request, token, ticket);
        return CallStep.Pending;
    }

    /// <summary>The refusal of a request by its form.</summary>
    protected virtual Status? Check(TRequest request) => null;

    /// <param name="request">The request.</param>
    /// <param name="token">The caller's token, for another member that is asked in turn.</param>
    /// <param name="cancellation">Gives up.</param>
    protected abstract Task<MemberChange> ChangeAsync(
        TRequest request, string? token, CancellationToken cancellation);

    protected abstract IMessage Respond(MemberChange change, ResponseHeader header);

    private async Task ChangeAsync(TRequest request, string? token, CallTicket ticket)
    {
        var change = await ChangeAsync(request, token, CancellationToken.None);
        if (change.Refusal == Refusal.None)
        {
            Finish(ticket, Respond(change, ClusterHeader()));
        }
        else
        {
            Finish(ticket, ErrorTable.For(change.Refusal));
        }
    }
}
