using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;

namespace Netcd.Api.Health;

internal sealed class HealthListMethod(ApiContext api)
    : UnaryMethod(api, Rpc.HealthList, new MessageShape("HealthListRequest"))
{
    protected override string? FindProblem(ReadOnlySpan<byte> message) =>
        HealthRequest.TryParse(message, out _, out var problem) ? null : problem;

    protected override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        var list = HealthStatus.ListOf(Api.Health.IsServing);
        list.CopyTo(reply.Message(list.Length));
        CountSent(list.Length);
        return CallStep.Done;
    }
}
