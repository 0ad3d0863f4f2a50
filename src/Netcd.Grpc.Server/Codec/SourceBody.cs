using Netcd.Base;
using Netcd.Grpc.Server.Calls;
using Netcd.Grpc.Wire;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Codec;

/// <summary>A long answer: the message's prefix, then what the source gives, then trailers.</summary>
internal sealed class SourceBody(IReplySource source, Method method, HandlerFault fault) : IHttp2Body
{
    private const int PrefixBytes = MessagePrefix.Bytes;

    private readonly long _length = PrefixBytes + source.Length;
    private long _sent;

    public HeaderBlock? Trailers => HeaderBlock.GrpcOk;

    public int Fill(Span<byte> destination, out BodyStep step)
    {
        var count = 0;
        if (_sent < PrefixBytes)
        {
            Span<byte> prefix = stackalloc byte[PrefixBytes];
            MessagePrefix.Write(prefix, checked((int)source.Length));
            var part = prefix[(int)_sent..];
            part = part[..Math.Min(part.Length, destination.Length)];
            part.CopyTo(destination);
            count = part.Length;
        }

        var room = (int)Math.Min(destination.Length - count, _length - _sent - count);
        if (room > 0)
        {
            var filled = Pull(destination.Slice(count, room));
            if (filled < 0)
            {
                step = BodyStep.Abort;
                return 0;
            }

            count += filled;
        }

        _sent += count;
        step = _sent == _length ? BodyStep.End : BodyStep.More;
        return count;
    }

    public void Release() => source.Release();

    // A source that fails ends its own call: what was sent of the message cannot be taken back.
    private int Pull(Span<byte> destination)
    {
        try
        {
            var filled = source.Fill(destination);
            Invariant.Check(filled > 0 && filled <= destination.Length);
            return filled;
        }
        catch (Exception error)
        {
            fault.Report(error, method);
            return -1;
        }
    }
}
