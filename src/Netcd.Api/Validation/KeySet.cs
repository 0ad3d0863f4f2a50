using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Netcd.Api.Validation;

/// <summary>
/// The set of keys that one branch of a transaction puts, as places in the message; open addressing in a pooled array.
/// Hashes are seeded per process, so that nobody can choose keys that collide.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal ref struct KeySet
{
    // Each slot: offset of the key in the message plus 1 (0: free) in the high half, length in the low half.
    private readonly ulong[] _slots;
    private readonly int _mask;

    /// <param name="capacity">Most keys that will be added.</param>
    public KeySet(int capacity)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 4) * 2);
        _slots = ArrayPool<ulong>.Shared.Rent(size);
        _slots.AsSpan(0, size).Clear();
        _mask = size - 1;
    }

    /// <summary>False if the key is there already.</summary>
    /// <param name="key">A part of <paramref name="message"/>.</param>
    /// <param name="message">The message that all keys are parts of.</param>
    public readonly bool TryAdd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        message.Overlaps(key, out var offset);
        var hash = default(HashCode);
        hash.AddBytes(key);
        var slot = hash.ToHashCode() & _mask;
        while (_slots[slot] != 0)
        {
            if (At(slot, message).SequenceEqual(key))
            {
                return false;
            }

            slot = (slot + 1) & _mask;
        }

        _slots[slot] = ((ulong)(offset + 1) << 32) | (uint)key.Length;
        return true;
    }

    /// <summary>
    /// Whether a key lies in a deleted range: exactly <paramref name="begin"/> if the end is empty, else from it up to
    /// <paramref name="end"/>. An end of one zero byte comes before every begin and covers nothing, as in etcd's check.
    /// </summary>
    public readonly bool AnyIn(ReadOnlySpan<byte> begin, ReadOnlySpan<byte> end, ReadOnlySpan<byte> message)
    {
        for (var slot = 0; slot <= _mask; slot++)
        {
            if (_slots[slot] == 0)
            {
                continue;
            }

            var key = At(slot, message);
            var isIn = end.IsEmpty
                ? key.SequenceEqual(begin)
                : key.SequenceCompareTo(begin) >= 0 && key.SequenceCompareTo(end) < 0;
            if (isIn)
            {
                return true;
            }
        }

        return false;
    }

    public readonly void Dispose() => ArrayPool<ulong>.Shared.Return(_slots);

    private readonly ReadOnlySpan<byte> At(int slot, ReadOnlySpan<byte> message) =>
        message.Slice((int)(_slots[slot] >> 32) - 1, (int)(uint)_slots[slot]);
}
