using System.Runtime.InteropServices;

namespace Netcd.Mvcc;

/// <summary>
/// A range as requests give it. <paramref name="end"/> empty: the key alone; one zero byte: every key from
/// <paramref name="key"/> on; else the exclusive end, and nothing if it is not above the key.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly ref struct KeyRange(ReadOnlySpan<byte> key, ReadOnlySpan<byte> end)
{
    public ReadOnlySpan<byte> Key { get; } = key;

    public ReadOnlySpan<byte> End { get; } = end;

    /// <summary>One key.</summary>
    public bool IsSingle => End.IsEmpty;

    /// <summary>No upper bound.</summary>
    public bool IsOpen => End.Length == 1 && End[0] == 0;

    /// <summary>No key can lie in it.</summary>
    public bool IsEmpty => !IsSingle && !IsOpen && Key.SequenceCompareTo(End) >= 0;

    public bool Contains(ReadOnlySpan<byte> key)
    {
        if (IsSingle)
        {
            return key.SequenceEqual(Key);
        }

        return key.SequenceCompareTo(Key) >= 0 && (IsOpen || key.SequenceCompareTo(End) < 0);
    }
}
