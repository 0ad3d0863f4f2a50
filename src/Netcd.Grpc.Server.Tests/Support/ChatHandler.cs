using System.Threading.Channels;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>Opens <see cref="ChatCall"/>s and tells the test how they end.</summary>
public sealed class ChatHandler : IStreamHandler
{
    private readonly Channel<StreamCloseReason> _closed = Channel.CreateUnbounded<StreamCloseReason>();
    private readonly Channel<ChatCall> _opened = Channel.CreateUnbounded<ChatCall>();

    public ValueTask<StreamCloseReason> NextClosedAsync() => _closed.Reader.ReadAsync(TestTimeout.Token());

    public ValueTask<ChatCall> NextOpenedAsync() => _opened.Reader.ReadAsync(TestTimeout.Token());

    public IStreamCall Open(in CallHead head, StreamOut output)
    {
        var call = new ChatCall(output, reason => _closed.Writer.TryWrite(reason));
        if (head.Metadata.TryGetValue("refuse", out _))
        {
            output.Finish(new Status(StatusCode.PermissionDenied, "not you"));
        }

        _opened.Writer.TryWrite(call);
        return call;
    }
}
