using Netcd.Api.Calls;
using Netcd.Api.Wire;
using Netcd.Grpc;

namespace Netcd.Api.Health;

/// <summary>Says how the service stands, and again whenever that changes, until the client ends the call.</summary>
internal sealed class HealthWatchCall(HealthWatchMethod method, StreamOut output, in CallHead head)
    : StreamCall(method, output, new MessageShape("HealthCheckRequest"), head)
{
    private readonly Lock _gate = new();

    // Guarded by _gate: what the client was told, and what it has yet to be.
    private bool? _told;
    private bool? _next;

    public override void OnHalfClose()
    {
        // The one request was all that comes.
    }

    public override void OnWritable() => TellNext();

    /// <summary>The service as a whole does or does not serve. Any thread.</summary>
    public void Tell(bool isServing)
    {
        lock (_gate)
        {
            _next = isServing;
        }

        TellNext();
    }

    protected override string? FindProblem(ReadOnlySpan<byte> message) =>
        HealthRequest.TryParse(message, out _, out var problem) ? null : problem;

    protected override void Receive(ReadOnlySpan<byte> message)
    {
        if (HealthRequest.TryParse(message, out var service, out _) && service.Length == 0)
        {
            Api.Health.Add(this);
        }
        else
        {
            TryWrite(HealthStatus.ServiceUnknown, body: null);
        }
    }

    protected override void Close() => Api.Health.Remove(this);

    // Of several changes that the client had no room for it hears the last one, if that is one to it.
    private void TellNext()
    {
        lock (_gate)
        {
            if (_next is { } next && (next == _told || TryWrite(HealthStatus.Of(next), body: null)))
            {
                _told = next;
                _next = null;
            }
        }
    }
}
