using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Api.Gateway.Json;

/// <summary>
/// Builds a protobuf message whose inner messages are only measured when they end. What it builds beyond its limit is
/// measured and not kept, so that a request that is too large costs no memory and can still be told its size.
/// </summary>
/// <remarks>
/// Values go into one buffer in the order of their fields; where an inner message begins, a mark keeps the place and
/// later the length. In the end the buffer is copied once, with tag and length put in at each mark:
/// <code>
/// values  [a a a|b b|c]        marks  (at 3, field 4, 2 bytes)
/// message [a a a|tag 4, 2|b b|c]
/// </code>
/// </remarks>
internal sealed class WireBuilder(int bytesMax) : IDisposable
{
    private byte[] _values = BodyArrays.Take(512);
    private int _length;
    private Mark[] _marks = [];
    private int _markCount;

    /// <summary>Bytes of the message so far, kept or not, without the lengths of what is still open.</summary>
    public long Total { get; private set; }

    public bool IsTooLarge => Total > bytesMax;

    public void Varint(JsonField field, ulong value)
    {
        var size = ProtoSize.Varint(field.Tag) + ProtoSize.Varint(value);
        if (TryReserve(size))
        {
            var writer = new ProtoWriter(_values.AsSpan(_length));
            writer.Varint(field.Tag);
            writer.Varint(value);
            _length += size;
        }
    }

    public void Delimited(JsonField field, ReadOnlySpan<byte> value)
    {
        var size = ProtoSize.Varint(field.Tag) + ProtoSize.Varint((ulong)value.Length) + value.Length;
        if (TryReserve(size))
        {
            var writer = new ProtoWriter(_values.AsSpan(_length));
            writer.Varint(field.Tag);
            writer.Varint((ulong)value.Length);
            writer.Raw(value);
            _length += size;
        }
    }

    /// <summary>Begins an inner message; the result goes to <see cref="EndMessage"/>.</summary>
    public int BeginMessage(JsonField field)
    {
        if (IsTooLarge)
        {
            return -1;
        }

        if (_markCount == _marks.Length)
        {
            Array.Resize(ref _marks, Math.Max(16, _marks.Length * 2));
        }

        _marks[_markCount] = new Mark(_length, field.Tag, 0);
        return _markCount++;
    }

    /// <param name="mark">What <see cref="BeginMessage"/> gave.</param>
    /// <param name="field">The message's field.</param>
    /// <param name="size">Bytes between beginning and end.</param>
    public void EndMessage(int mark, JsonField field, long size)
    {
        Total += ProtoSize.Varint(field.Tag) + ProtoSize.Varint((ulong)size);
        if (mark >= 0 && !IsTooLarge)
        {
            _marks[mark] = _marks[mark] with { Size = (int)size };
        }
    }

    /// <summary>The whole message, valid until disposal.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        Invariant.Check(!IsTooLarge);
        if (_markCount == 0)
        {
            return _values.AsMemory(0, _length);
        }

        var message = BodyArrays.Take((int)Total);
        var writer = new ProtoWriter(message);
        var copied = 0;
        foreach (var mark in _marks.AsSpan(0, _markCount))
        {
            writer.Raw(_values.AsSpan(copied, mark.Position - copied));
            writer.Varint(mark.Tag);
            writer.Varint((ulong)mark.Size);
            copied = mark.Position;
        }

        writer.Raw(_values.AsSpan(copied, _length - copied));
        Invariant.Check(writer.Position == Total);
        BodyArrays.Return(_values);
        _values = message;
        return message.AsMemory(0, (int)Total);
    }

    public void Dispose()
    {
        BodyArrays.Return(_values);
        _values = [];
    }

    private bool TryReserve(int size)
    {
        Total += size;
        if (IsTooLarge)
        {
            return false;
        }

        if (_length + size > _values.Length)
        {
            var grown = BodyArrays.Take(Math.Max(_length + size, _values.Length * 2));
            _values.AsSpan(0, _length).CopyTo(grown);
            BodyArrays.Return(_values);
            _values = grown;
        }

        return true;
    }

    private readonly record struct Mark(int Position, uint Tag, int Size);
}
