using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;

namespace Netcd.Api.Health;

/// <summary>
/// Says once how the service stands; it never changes, so nothing follows until the client ends the call.
/// </summary>
internal sealed class HealthWatchCall(HealthWatchMethod method, StreamOut output, in CallHead head)
    : StreamCall(method, output, new MessageShape("HealthCheckRequest"), head)
{
    public override void OnHalfClose()
    {
        // The one request was all that comes.
    }

    public override void OnWritable()
    {
        // One message is always taken.
    }

    protected override string? FindProblem(ReadOnlySpan<byte> message) =>
        HealthRequest.TryParse(message, out _, out var problem) ? null : problem;

    protected override void Receive(ReadOnlySpan<byte> message)
    {
        var isServer = HealthRequest.TryParse(message, out var service, out _) && service.Length == 0;
        TryWrite(isServer ? HealthStatus.Serving : HealthStatus.ServiceUnknown, body: null);
    }

    protected override void Close()
    {
        // Nothing is held.
    }
}
