using System.Buffers;

namespace Netcd.Peer.Streams;

/// <summary>Counts what goes through it to a writer.</summary>
internal sealed class CountingBuffer(IBufferWriter<byte> inner) : IBufferWriter<byte>
{
    /// <summary>Bytes since it was last set to zero.</summary>
    public int Unflushed { get; set; }

    public void Advance(int count)
    {
        inner.Advance(count);
        Unflushed += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);
}
