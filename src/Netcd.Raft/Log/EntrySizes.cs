using Netcd.Base.Records;

namespace Netcd.Raft.Log;

/// <summary>Sizes of runs of entries, and the cut at a size.</summary>
internal static class EntrySizes
{
    /// <summary>Bytes of the entries as they are encoded.</summary>
    public static ulong Encoded(ReadOnlySpan<Entry> entries)
    {
        ulong size = 0;
        foreach (ref readonly var entry in entries)
        {
            size += (ulong)RecordCodec.Size(entry);
        }

        return size;
    }

    /// <summary>Bytes of the entries' data: independent of term and index, zero for a leader's first entry.</summary>
    public static ulong Payload(ReadOnlySpan<Entry> entries)
    {
        ulong size = 0;
        foreach (ref readonly var entry in entries)
        {
            size += (ulong)entry.Data.Length;
        }

        return size;
    }

    /// <summary>The longest prefix within the encoded size, but at least one entry if there is any.</summary>
    public static ReadOnlyMemory<Entry> Limit(ReadOnlyMemory<Entry> entries, ulong sizeBytesMax)
    {
        var span = entries.Span;
        ulong size = 0;
        for (var i = 0; i < span.Length; i++)
        {
            size += (ulong)RecordCodec.Size(span[i]);
            if (i > 0 && size > sizeBytesMax)
            {
                return entries[..i];
            }
        }

        return entries;
    }
}
