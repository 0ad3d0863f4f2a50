using Netcd.Base.Metrics;
using Netcd.Grpc;

namespace Netcd.Api.Calls;

/// <summary>The grpc_server_* series of one method (go-grpc-middleware's prometheus provider).</summary>
internal sealed class MethodCounters
{
    private readonly Counter[] _handled;

    public MethodCounters()
    {
        _handled = new Counter[(int)StatusCode.Unauthenticated + 1];
        for (var i = 0; i < _handled.Length; i++)
        {
            _handled[i] = new Counter();
        }
    }

    public Counter Started { get; } = new();

    public Counter MessagesReceived { get; } = new();

    public Counter MessagesSent { get; } = new();

    public Counter Handled(StatusCode code) => _handled[(int)code];
}
