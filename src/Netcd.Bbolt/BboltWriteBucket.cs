using Netcd.Bbolt.Pages;
using Netcd.Bbolt.Writing;

namespace Netcd.Bbolt;

/// <summary>
/// A bucket inside the write transaction. Used by the thread that runs the transaction. Keys and values handed in are
/// copied, the caller may reuse its buffers at once; those handed out are valid until the transaction ends.
/// </summary>
public sealed class BboltWriteBucket
{
    private readonly WriteSpace _space;
    private readonly Func<bool> _isOpen;

    internal BboltWriteBucket(WriteSpace space, in BucketHeader header, byte[] name, Func<bool> isOpen)
    {
        _space = space;
        _isOpen = isOpen;
        Name = name;
        Tree = new WriteTree(space, header);
    }

    /// <summary>
    /// How full a page is left when a full one is split, 0.1 to 1.0 (others are clamped), default 0.5. 0.9 is for keys
    /// that only ever come at the end. Lasts as long as this object.
    /// </summary>
    public double FillPercent
    {
        set => Tree.FillPercent = Math.Clamp(value, PageFormat.MinFillPercent, PageFormat.MaxFillPercent);
    }

    internal byte[] Name { get; }

    internal WriteTree Tree { get; }

    /// <summary>
    /// Stores a value under a key, replacing an earlier one. Keys in ascending order are the fast case.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The key is empty, or key or value is longer than the format allows.
    /// </exception>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        CheckOpen();
        if (key.IsEmpty || key.Length > Limits.KeyBytesMax)
        {
            throw new ArgumentException($"A key has 1 to {Limits.KeyBytesMax} bytes, not {key.Length}.", nameof(key));
        }

        if (value.Length > Limits.ValueBytesMax - Limits.KeyBytesMax)
        {
            throw new ArgumentException($"A value of {value.Length} bytes is too long.", nameof(value));
        }

        Tree.Put(key, value, flags: 0);
    }

    /// <summary>Removes a key; false if it was not there.</summary>
    public bool Delete(ReadOnlySpan<byte> key)
    {
        CheckOpen();
        return Tree.Delete(key, flags: 0);
    }

    /// <summary>Finds a value, the transaction's own changes included.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        CheckOpen();
        var found = Tree.TryFind(key, out var slot);
        value = found ? _space.Value(slot) : default;
        return found;
    }

    /// <summary>
    /// Finds the first entry whose key is not less than <paramref name="key"/> (an empty key: the first of all).
    /// Walking a range while changing it is fine: nothing is remembered between calls.
    /// </summary>
    public bool TrySeek(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> foundKey, out ReadOnlySpan<byte> foundValue) =>
        Seek(key, inclusive: true, out foundKey, out foundValue);

    /// <summary>Finds the first entry whose key is greater than <paramref name="key"/>.</summary>
    public bool TrySeekAfter(
        ReadOnlySpan<byte> key, out ReadOnlySpan<byte> foundKey, out ReadOnlySpan<byte> foundValue) =>
        Seek(key, inclusive: false, out foundKey, out foundValue);

    private bool Seek(
        ReadOnlySpan<byte> key, bool inclusive, out ReadOnlySpan<byte> foundKey, out ReadOnlySpan<byte> foundValue)
    {
        CheckOpen();
        var found = Tree.Seek(key, inclusive, out var slot);
        foundKey = found ? _space.Key(slot) : default;
        foundValue = found ? _space.Value(slot) : default;
        return found;
    }

    private void CheckOpen()
    {
        if (!_isOpen())
        {
            throw new ObjectDisposedException(nameof(BboltWriteTransaction), "The write transaction has ended.");
        }
    }
}
