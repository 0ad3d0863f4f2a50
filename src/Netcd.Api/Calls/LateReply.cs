using Netcd.Base.Buffers;
using Netcd.Grpc;

namespace Netcd.Api.Calls;

/// <summary>Takes a handler's immediate answer to a call that is not answered from its handler any more.</summary>
internal sealed class LateReply : IReplySink
{
    private SharedBytes? _message;
    private Status? _error;
    private IReplySource? _source;

    public Span<byte> BeginMessage(int length)
    {
        _message = SharedBytes.Rent(length);
        return _message.Span;
    }

    public void Error(Status status) => _error = status;

    public void Source(IReplySource source) => _source = source;

    public Reply ToReply() =>
        _error is not null ? Reply.Error(_error)
        : _source is not null ? Reply.Of(_source)
        : Reply.Of(_message ?? SharedBytes.Rent(0));
}
