using Netcd.Base.Buffers;
using Netcd.Grpc;

namespace Netcd.Api.Responses;

/// <summary>An answer that lies in memory whole but is too long to be written inline.</summary>
internal sealed class BytesSource(SharedBytes bytes) : IReplySource
{
    private int _position;

    public long Length => bytes.Length;

    public int Fill(Span<byte> destination)
    {
        var count = Math.Min(destination.Length, bytes.Length - _position);
        bytes.Span.Slice(_position, count).CopyTo(destination);
        _position += count;
        return count;
    }

    public void Release() => bytes.Release();
}
