using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Grpc;

namespace Netcd.Api.Health;

/// <summary>Health.Check: the server as a whole, named by the empty string, always serves.</summary>
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

        HealthStatus.Serving.CopyTo(reply.Message(HealthStatus.Serving.Length));
        CountSent(HealthStatus.Serving.Length);
        return CallStep.Done;
    }
}
