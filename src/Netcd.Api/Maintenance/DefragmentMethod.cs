using Microsoft.Extensions.Logging;
using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;

namespace Netcd.Api.Maintenance;

/// <summary>Maintenance.Defragment: of this member only. The answer has no header.</summary>
internal sealed class DefragmentMethod(ApiContext api)
    : MessageMethod<DefragmentRequest>(
        api, Rpc.Defragment, RequestShapes.DefragmentRequest, DefragmentRequest.Parser)
{
    protected override CallStep Handle(
        in CallHead head, DefragmentRequest request, ref ReplyWriter reply, CallTicket ticket)
    {
        if (Admit(head, out _) is { } refusal)
        {
            return Refuse(ref reply, refusal);
        }

        _ = DefragmentAsync(ticket);
        return CallStep.Pending;
    }

    private async Task DefragmentAsync(CallTicket ticket)
    {
        Api.Logger.LogInformation("starting defragment");
        var began = Api.Time.GetTimestamp();
        Api.Metrics.IsDefragmenting = true;
        Api.Health.DefragmentStarted();
        try
        {
            await Api.Member.DefragmentAsync(CancellationToken.None);
        }
        catch (IOException problem)
        {
            Api.Logger.LogWarning(problem, "failed to defragment");
            Finish(ticket, new Status(StatusCode.Unknown, problem.Message));
            return;
        }
        finally
        {
            Api.Metrics.IsDefragmenting = false;
            Api.Health.DefragmentFinished();
        }

        Api.Metrics.DefragmentSeconds.ObserveSince(Api.Time, began);

        Api.Logger.LogInformation("finished defragment");
        Finish(ticket, new DefragmentResponse());
    }
}
