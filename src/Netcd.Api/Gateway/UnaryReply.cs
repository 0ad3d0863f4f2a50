using Netcd.Base.Buffers;
using Netcd.Grpc;

namespace Netcd.Api.Gateway;

/// <summary>What a unary call gave: an error, a message or a source of one. Disposing lets go of it.</summary>
internal readonly struct UnaryReply : IDisposable
{
    private readonly byte[]? _pooled;
    private readonly SharedBytes? _shared;

    public UnaryReply(Status error) => Error = error;

    /// <summary>A message in a pooled buffer, which is taken over.</summary>
    public UnaryReply(byte[] pooled, int length)
    {
        _pooled = pooled;
        Message = pooled.AsMemory(0, length);
    }

    public UnaryReply(in Reply reply)
    {
        Source = reply.Source;
        _shared = reply.Message;
        Message = reply.Message?.Memory ?? default;
        Error = reply.Source is null && reply.Message is null ? reply.Status : null;
    }

    public UnaryReply(IReplySource source) => Source = source;

    public Status? Error { get; }

    public ReadOnlyMemory<byte> Message { get; }

    public IReplySource? Source { get; }

    public void Dispose()
    {
        if (_pooled is not null)
        {
            BodyArrays.Return(_pooled);
        }

        _shared?.Release();
        Source?.Release();
    }
}
