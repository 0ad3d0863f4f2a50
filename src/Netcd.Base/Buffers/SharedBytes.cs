using System.Buffers;

namespace Netcd.Base.Buffers;

/// <summary>
/// Bytes in a pooled buffer, shared by reference count: encoded once, sent to many. Created with one reference; the
/// last <see cref="Release"/> gives the buffer back. The contents do not change once it is shared.
/// </summary>
public sealed class SharedBytes
{
    private readonly byte[] _buffer;

    // Invariant: 0 only after the buffer went back to the pool. Any thread, interlocked.
    private int _references = 1;

    private SharedBytes(byte[] buffer, int length)
    {
        _buffer = buffer;
        Length = length;
    }

    public int Length { get; }

    /// <summary>The bytes; writable by the creator until it hands the object on.</summary>
    public Span<byte> Span => _buffer.AsSpan(0, Length);

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

    /// <summary>Rents a buffer of <paramref name="length"/> bytes; it may hold old bytes.</summary>
    public static SharedBytes Rent(int length) => new(ArrayPool<byte>.Shared.Rent(length), length);

    public static SharedBytes CopyOf(ReadOnlySpan<byte> bytes)
    {
        var shared = Rent(bytes.Length);
        bytes.CopyTo(shared.Span);
        return shared;
    }

    /// <summary>Adds a reference for another holder.</summary>
    public SharedBytes AddReference()
    {
        Invariant.Check(Interlocked.Increment(ref _references) > 1);
        return this;
    }

    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        Invariant.Check(left >= 0);
        if (left == 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}
