using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Membership;
using Netcd.Server;
using Netcd.Server.Requests;
using DowngradeAction = Netcd.Proto.EtcdServer.DowngradeRequest.Types.DowngradeAction;

namespace Netcd.Api.Maintenance;

/// <summary>
/// Maintenance.Downgrade. Upstream: server/etcdserver/v3_server.go and server/etcdserver/version/manager.go.
/// </summary>
internal sealed class DowngradeMethod(ApiContext api)
    : MessageMethod<DowngradeRequest>(
        api, Rpc.Downgrade, RequestShapes.DowngradeRequest, DowngradeRequest.Parser)
{
    protected override CallStep Handle(
        in CallHead head, DowngradeRequest request, ref ReplyWriter reply, CallTicket ticket)
    {
        if (Admit(head, out _) is { } userStatus)
        {
            return Refuse(ref reply, userStatus);
        }

        switch (request.Action)
        {
            case DowngradeAction.Validate:
            case DowngradeAction.Enable:
                return Validate(request, ref reply, ticket);
            case DowngradeAction.Cancel:
                Cancel(ticket);
                return CallStep.Pending;
            default:
                return Refuse(ref reply, ErrorTable.For(Refusal.UnknownMethod));
        }
    }

    private CallStep Validate(DowngradeRequest request, ref ReplyWriter reply, CallTicket ticket)
    {
        if (!DowngradeVersion.TryParse(request.Version, out var target))
        {
            return Refuse(ref reply, ErrorTable.For(Refusal.WrongDowngradeVersionFormat));
        }

        if (Api.Member.ClusterVersion.Length == 0)
        {
            return Refuse(ref reply, ErrorTable.For(Refusal.ClusterVersionUnavailable));
        }

        Api.Member.ReadIndex(new ReadIndexCall(result =>
        {
            var refusal = result != Refusal.None ? result : Check(target);
            if (refusal != Refusal.None)
            {
                Finish(ticket, ErrorTable.For(refusal));
            }
            else if (request.Action == DowngradeAction.Enable)
            {
                Set(enabled: true, target.ToClusterVersion(), ticket);
            }
            else
            {
                Finish(ticket, Respond());
            }
        }));
        return CallStep.Pending;
    }

    private Refusal Check(DowngradeVersion target)
    {
        if (!DowngradeVersion.TryParse(Api.Member.ClusterVersion, out var cluster) || !target.IsJustBelow(cluster))
        {
            return Refusal.InvalidDowngradeTargetVersion;
        }

        return Api.Member.DowngradeTarget.Length > 0 ? Refusal.DowngradeInProgress : Refusal.None;
    }

    // etcd 3.6 answers alike whether there was one or not, and only logs why it could not be ended.
    private void Cancel(CallTicket ticket) => Api.Member.ReadIndex(new ReadIndexCall(result =>
    {
        if (result == Refusal.None && Api.Member.DowngradeTarget.Length > 0)
        {
            Set(enabled: false, "", ticket);
            return;
        }

        Api.Logger.LogWarning(
            "failed to cancel downgrade: {Reason}", result == Refusal.None ? Refusal.NoInflightDowngrade : result);
        Finish(ticket, Respond());
    }));

    private void Set(bool enabled, string version, CallTicket ticket)
    {
        var request = new DowngradeInfoSetRequest { Enabled = enabled, Ver = version };
        Api.Propose(
            InternalRequestKind.DowngradeInfoSet, request.ToByteArray(), default, new DowngradeSet(this, ticket));
        AnswerBatch.Flush();
    }

    private DowngradeResponse Respond() => new()
    {
        Header = FullHeader(),
        Version = DowngradeVersion.TryParse(Api.Member.ClusterVersion, out var cluster) ? cluster.ToString() : "",
    };

    private sealed class DowngradeSet(DowngradeMethod method, CallTicket ticket) : IProposalWaiter
    {
        public void Applied(in ApplyAnswer answer)
        {
            if (answer.Refusal == Refusal.None)
            {
                method.Finish(ticket, method.Respond());
            }
            else
            {
                Refused(answer.Refusal);
            }
        }

        public void Refused(Refusal refusal) => method.Complete(ticket, ErrorTable.For(refusal));
    }
}
