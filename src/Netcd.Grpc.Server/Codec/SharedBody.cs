using Netcd.Base.Buffers;
using Netcd.Grpc.Wire;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Codec;

/// <summary>A complete message too long for one frame, sent from where it lies.</summary>
internal sealed class SharedBody(SharedBytes message) : IHttp2Body
{
    private const int PrefixBytes = MessagePrefix.Bytes;

    private int _sent;

    public HeaderBlock? Trailers => HeaderBlock.GrpcOk;

    public int SizeHint => PrefixBytes + message.Length - _sent;

    public int Fill(Span<byte> destination, out BodyStep step)
    {
        var count = 0;
        if (_sent < PrefixBytes)
        {
            Span<byte> prefix = stackalloc byte[PrefixBytes];
            MessagePrefix.Write(prefix, message.Length);
            var head = prefix[_sent..];
            head = head[..Math.Min(head.Length, destination.Length)];
            head.CopyTo(destination);
            count = head.Length;
        }

        var start = _sent + count - PrefixBytes;
        if (start >= 0)
        {
            var part = message.Span.Slice(start, Math.Min(message.Length - start, destination.Length - count));
            part.CopyTo(destination[count..]);
            count += part.Length;
        }

        _sent += count;
        step = _sent == PrefixBytes + message.Length ? BodyStep.End : BodyStep.More;
        return count;
    }

    public void Release() => message.Release();
}
