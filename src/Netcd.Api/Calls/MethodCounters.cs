using Netcd.Base.Metrics;
using Netcd.Grpc;

namespace Netcd.Api.Calls;

/// <summary>The grpc_server_* series of one method (go-grpc-middleware's prometheus provider).</summary>
internal sealed class MethodCounters
{
    private readonly Counter[] _handled;

    /// <param name="isUnary">
    /// A unary call has one request, and one answer if it ends well, which needs no counting.
    /// </param>
    public MethodCounters(bool isUnary)
    {
        _handled = new Counter[(int)StatusCode.Unauthenticated + 1];
        for (var i = 0; i < _handled.Length; i++)
        {
            _handled[i] = new Counter(isContended: i == (int)StatusCode.OK);
        }

        MessagesReceived = isUnary ? Started : new Counter(isContended: true);
        MessagesSent = isUnary ? Handled(StatusCode.OK) : new Counter(isContended: true);
    }

    public Counter Started { get; } = new(isContended: true);

    /// <summary>Counted by streaming methods; a unary method's is <see cref="Started"/>.</summary>
    public Counter MessagesReceived { get; }

    /// <summary>Counted by streaming methods; a unary method's is its calls that ended well.</summary>
    public Counter MessagesSent { get; }

    public Counter Handled(StatusCode code) => _handled[(int)code];
}
