namespace Netcd.Bbolt;

/// <summary>What the format or this engine does not go beyond, with the reason of each value.</summary>
public static class Limits
{
    /// <summary>Longest key; bbolt's MaxKeySize.</summary>
    public const int KeyBytesMax = 32768;

    /// <summary>
    /// Longest value; bbolt's MaxValueSize is 2^31 - 2, an array of .NET is a little shorter, with its page header.
    /// </summary>
    public const int ValueBytesMax = 0x7FF0_0000;

    /// <summary>bbolt looks for metas at page sizes from 1 KiB to 16 MiB; below and above nothing can be one.</summary>
    public const int PageSizeBytesMin = 1024;

    /// <inheritdoc cref="PageSizeBytesMin"/>
    public const int PageSizeBytesMax = 1024 << 14;

    /// <summary>
    /// Pages counted in 32-bit integers by the free-page tree: 4 TiB at 4 KiB a page, far beyond etcd's use.
    /// </summary>
    internal const ulong PagesMax = 1UL << 30;

    /// <summary>
    /// Deepest tree. Every branch page has at least two children and two keys of the longest kind fill 64 KiB, so 32
    /// levels hold more than a file can; a deeper path is a cycle.
    /// </summary>
    internal const int TreeDepthMax = 32;

    /// <summary>
    /// The count field of a page header is 16 bits, and 0xFFFF has a meaning of its own in freelist pages.
    /// </summary>
    internal const int ElementsPerPageMax = 0xFFFE;

    /// <summary>
    /// Copies of keys and values kept for the next write transaction; more is given back to the heap.
    /// </summary>
    internal const int ArenaBytesKeptMax = 32 << 20;
}
