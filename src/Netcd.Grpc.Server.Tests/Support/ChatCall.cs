using System.Text;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>Echoes; "finish" ends well, "fail" with an error, "throw" breaks, "bad" is malformed; half-close ends well.</summary>
public sealed class ChatCall(StreamOut output, Action<StreamCloseReason> closed) : IStreamCall
{
    private int _isInside;

    public StreamOut Output { get; } = output;

    public int Messages { get; private set; }

    public void OnMessage(ReadOnlySpan<byte> message)
    {
        Enter();
        Messages++;
        switch (Encoding.UTF8.GetString(message))
        {
            case "finish":
                Output.Finish(Status.OK);
                break;
            case "fail":
                Output.Finish(new Status(StatusCode.Aborted, "as asked"));
                break;
            case "throw":
                Leave();
                throw new InvalidOperationException("the stream broke");
            case "bad":
                Leave();
                throw new Netcd.Base.Protobuf.ProtoException("illegal wireType 7");
            default:
                Output.TryWrite(message, null);
                break;
        }

        Leave();
    }

    public void OnHalfClose()
    {
        Enter();
        Output.TryWrite("bye"u8, null);
        Output.Finish(Status.OK);
        Leave();
    }

    public void OnWritable()
    {
        Enter();
        Leave();
    }

    public void OnClosed(StreamCloseReason reason)
    {
        Enter();
        closed(reason);
    }

    // The transport promises one call at a time, and none after OnClosed.
    private void Enter()
    {
        if (Interlocked.Exchange(ref _isInside, 1) != 0)
        {
            throw new InvalidOperationException("two calls at once, or one after OnClosed");
        }
    }

    private void Leave() => Interlocked.Exchange(ref _isInside, 0);
}
