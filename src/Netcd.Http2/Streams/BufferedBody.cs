using System.Buffers;

namespace Netcd.Http2.Streams;

/// <summary>A complete answer that waits for window, in a pooled buffer.</summary>
internal sealed class BufferedBody : IHttp2Body
{
    private readonly SendQueue _queue;
    private byte[] _buffer;
    private readonly int _length;
    private int _sent;

    public BufferedBody(SendQueue queue, int length, HeaderBlock? trailers)
    {
        _queue = queue;
        _buffer = ArrayPool<byte>.Shared.Rent(length);
        _length = length;
        Trailers = trailers;
        queue.Add(length);
    }

    public HeaderBlock? Trailers { get; }

    public int SizeHint => _length - _sent;

    public Span<byte> Content => _buffer.AsSpan(0, _length);

    public int Fill(Span<byte> destination, out BodyStep step)
    {
        var count = Math.Min(destination.Length, _length - _sent);
        _buffer.AsSpan(_sent, count).CopyTo(destination);
        _sent += count;
        step = _sent == _length ? BodyStep.End : BodyStep.More;
        return count;
    }

    public void Release()
    {
        _queue.Remove(_length);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }
}
