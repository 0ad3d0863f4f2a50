using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Apply;

/// <summary>
/// The applier's scratch buffer for the body of an answer. A message inside may be begun before its length is known:
/// one byte is kept for the length, and the content moves if that was too few.
/// </summary>
internal sealed class AnswerBuffer
{
    private const int InitialBytes = 4096;
    private const int KeptBytesMax = 1024 * 1024;

    private byte[] _bytes = new byte[InitialBytes];

    internal int Length { get; private set; }

    internal ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    internal void Clear()
    {
        Length = 0;
        if (_bytes.Length > KeptBytesMax)
        {
            _bytes = new byte[InitialBytes];
        }
    }

    /// <summary>Appends uninitialised bytes for the caller to fill.</summary>
    internal Span<byte> Append(int count)
    {
        if (Length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(Length + count, _bytes.Length * 2));
        }

        var span = _bytes.AsSpan(Length, count);
        Length += count;
        return span;
    }

    /// <summary>proto3: omitted when zero.</summary>
    internal void Int64(int field, long value)
    {
        var writer = new ProtoWriter(Append(ProtoSize.Int64(field, value)));
        writer.Int64(field, value);
    }

    /// <summary>Written also when empty.</summary>
    internal void Delimited(int field, ReadOnlySpan<byte> value)
    {
        var writer = new ProtoWriter(Append(ProtoSize.Delimited(field, value.Length)));
        writer.Delimited(field, value);
    }

    /// <summary>Begins a message in a field below 16; what it returns goes to <see cref="End"/>.</summary>
    internal int Begin(int field)
    {
        Invariant.Check(field < 16);
        var head = Append(2);
        head[0] = (byte)((field << 3) | (int)WireType.Bytes);
        return Length;
    }

    internal void End(int start)
    {
        var length = Length - start;
        var more = ProtoSize.Varint((ulong)length) - 1;
        if (more > 0)
        {
            Append(more);
            _bytes.AsSpan(start, length).CopyTo(_bytes.AsSpan(start + more));
        }

        var writer = new ProtoWriter(_bytes.AsSpan(start - 1));
        writer.Varint((ulong)length);
    }
}
