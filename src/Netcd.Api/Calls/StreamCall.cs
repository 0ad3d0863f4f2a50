using Netcd.Api.Access;
using Netcd.Api.Wire;
using Netcd.Base.Buffers;
using Netcd.Grpc;

namespace Netcd.Api.Calls;

/// <summary>What the streaming calls share: reading messages, counting, finishing once, losing the leader.</summary>
internal abstract class StreamCall : IStreamCall, ILeaderDependent
{
    private readonly StreamMethod _method;
    private readonly StreamOut _output;
    private readonly MessageShape _shape;
    private readonly Credentials _credentials;
    private readonly bool _demandsLeader;
    private int _finished;

    protected StreamCall(StreamMethod method, StreamOut output, MessageShape shape, in CallHead head)
    {
        _method = method;
        _output = output;
        _shape = shape;
        Api = method.Api;
        _credentials = method.Rule == AccessRule.Open ? Credentials.None : Api.Callers.CredentialsOf(head);
        _demandsLeader = CallGate.DemandsLeader(head);
        if (_demandsLeader)
        {
            Api.LeaderWatch.Add(this);
        }
    }

    protected ApiContext Api { get; }

    public void OnMessage(ReadOnlySpan<byte> message)
    {
        if (FindProblem(message) is { } problem)
        {
            // google.golang.org/grpc rpc_util.go, recv: streams have another text than unary calls.
            Finish(new Status(StatusCode.Internal, $"grpc: failed to unmarshal the received message: {problem}"));
            return;
        }

        _method.Counters.MessagesReceived.Increment();
        Api.Metrics.ReceivedBytes.Add(message.Length);
        if (!Api.Callers.MustWait(_credentials) || !TryPark(message.ToArray()))
        {
            Receive(message);
        }
    }

    public abstract void OnHalfClose();

    public abstract void OnWritable();

    public void OnClosed(StreamCloseReason reason)
    {
        if (_demandsLeader)
        {
            Api.LeaderWatch.Remove(this);
        }

        if (Interlocked.Exchange(ref _finished, 1) == 0)
        {
            var code = reason == StreamCloseReason.DeadlineExceeded ? StatusCode.DeadlineExceeded : StatusCode.Canceled;
            _method.Counters.Handled(code).Increment();
        }

        Close();
    }

    public void OnLeaderLost() => Finish(Errors.ErrorTable.For(Server.Refusal.NoLeader));

    /// <summary>The decoder's text for a malformed request; null for a well-formed one.</summary>
    protected virtual string? FindProblem(ReadOnlySpan<byte> message) => WireCheck.FindProblem(_shape, message);

    /// <summary>A well-formed request message; a view.</summary>
    protected abstract void Receive(ReadOnlySpan<byte> message);

    /// <summary>
    /// The caller as he is now, and the refusal by the method's rule. Every request on a stream asks this, and goes on
    /// only with null.
    /// </summary>
    protected Status? Admit(out Caller caller) => Api.Callers.Admit(_method.Rule, _credentials, out caller);

    /// <summary>The call is over; lets go of what it holds.</summary>
    protected abstract void Close();

    /// <inheritdoc cref="StreamOut.TryWrite(ReadOnlySpan{byte}, SharedBytes?)"/>
    protected bool TryWrite(ReadOnlySpan<byte> head, SharedBytes? body)
    {
        var length = head.Length + (body?.Length ?? 0);
        if (!_output.TryWrite(head, body))
        {
            return false;
        }

        _method.Counters.MessagesSent.Increment();
        Api.Metrics.SentBytes.Add(length);
        return true;
    }

    /// <summary>Ends the call; any thread, the first one counts.</summary>
    protected void Finish(Status status)
    {
        if (Interlocked.Exchange(ref _finished, 1) == 0)
        {
            _method.Counters.Handled(status.Code).Increment();
            _output.Finish(status);
        }
    }

    private bool TryPark(byte[] message) =>
        Api.TokenWaits.TryPark(_credentials.Token ?? [], message.Length, () =>
        {
            if (Volatile.Read(ref _finished) == 0)
            {
                Receive(message);
            }
        });
}
