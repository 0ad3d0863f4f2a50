using Netcd.Base.Buffers;
using Netcd.Grpc;

namespace Netcd.Proxy.Calls;

/// <summary>The outgoing side of a call, counted. Thread safe as <see cref="StreamOut"/> is.</summary>
internal sealed class CallOutput
{
    private readonly StreamOut _output;
    private readonly MethodCounters _counters;
    private int _isEnded;

    public CallOutput(StreamOut output, MethodCounters counters)
    {
        _output = output;
        _counters = counters;
        counters.Started();
    }

    /// <inheritdoc cref="StreamOut.TryWrite(ReadOnlySpan{byte}, SharedBytes?)"/>
    public bool TryWrite(ReadOnlySpan<byte> head, SharedBytes? body = null)
    {
        if (!_output.TryWrite(head, body))
        {
            return false;
        }

        _counters.Sent();
        return true;
    }

    public void Received() => _counters.Received();

    public void Finish(Status status)
    {
        End(status.Code);
        _output.Finish(status);
    }

    /// <summary>The transport says that the call is over.</summary>
    public void Closed(StreamCloseReason reason)
    {
        if (reason != StreamCloseReason.Finished)
        {
            End(reason == StreamCloseReason.DeadlineExceeded ? StatusCode.DeadlineExceeded : StatusCode.Canceled);
        }
    }

    private void End(StatusCode code)
    {
        if (Interlocked.Exchange(ref _isEnded, 1) == 0)
        {
            _counters.Handled(code);
        }
    }
}
