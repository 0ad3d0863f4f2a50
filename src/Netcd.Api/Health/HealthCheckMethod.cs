using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Grpc;

namespace Netcd.Api.Health;

/// <summary>Health.Check: the server as a whole, named by the empty string.</summary>
internal sealed class HealthCheckMethod(ApiContext api)
    : UnaryMethod(api, Rpc.HealthCheck, new MessageShape("HealthCheckRequest"))
{
    protected override string? FindProblem(ReadOnlySpan<byte> message) =>
        HealthRequest.TryParse(message, out _, out var problem) ? null : problem;

    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        if (!HealthRequest.TryParse(message, out var service, out _) || service.Length > 0)
        {
            return Refuse(ref reply, ErrorTable.UnknownHealthService);
        }

        var status = HealthStatus.Of(Api.Health.IsServing);
        status.CopyTo(reply.Message(status.Length));
        CountSent(status.Length);
        return CallStep.Done;
    }
}
