using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Bbolt.Pages;

namespace Netcd.Bbolt.Writing;

/// <summary>Turns slots into the bytes of a page.</summary>
internal static class PageSerializer
{
    /// <summary>Fills <paramref name="page"/>, which covers the overflow pages too and need not be clear.</summary>
    public static void Write(WriteSpace space, in DirtyPage dirty, Span<byte> page)
    {
        var slots = dirty.Slots.AsSpan(dirty.Start, dirty.Count);
        Write(space, slots, dirty.IsLeaf, (ulong)dirty.PageId, dirty.PageCount - 1, page);
    }

    /// <summary>As above, for a page that has no number (inline bucket).</summary>
    public static void Write(
        WriteSpace space, ReadOnlySpan<Slot> slots, bool isLeaf, ulong id, int overflow, Span<byte> page)
    {
        Invariant.Check(slots.Length <= Limits.ElementsPerPageMax, $"{slots.Length} elements in page {id}");
        PageFormat.WriteHeader(page, id, isLeaf ? PageFormat.LeafFlag : PageFormat.BranchFlag, slots.Length, overflow);
        var data = PageFormat.HeaderBytes + slots.Length * PageFormat.ElementBytes;
        for (var i = 0; i < slots.Length; i++)
        {
            ref readonly var slot = ref slots[i];
            var offset = PageFormat.HeaderBytes + i * PageFormat.ElementBytes;
            var element = page.Slice(offset, PageFormat.ElementBytes);
            if (isLeaf)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(element, (uint)slot.ChildOrFlags);
                BinaryPrimitives.WriteInt32LittleEndian(element[4..], data - offset);
                BinaryPrimitives.WriteInt32LittleEndian(element[8..], slot.KeyBytes);
                BinaryPrimitives.WriteInt32LittleEndian(element[12..], slot.ValueBytes);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(element, data - offset);
                BinaryPrimitives.WriteInt32LittleEndian(element[4..], slot.KeyBytes);
                BinaryPrimitives.WriteUInt64LittleEndian(element[8..], slot.ChildOrFlags);
            }

            var entry = space.Bytes(slot.Location, slot.KeyBytes + slot.ValueBytes);
            entry.CopyTo(page[data..]);
            data += entry.Length;
        }

        page[data..].Clear();
    }
}
