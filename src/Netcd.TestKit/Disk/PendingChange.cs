namespace Netcd.TestKit.Disk;

/// <summary>
/// A change in the page cache that no sync has covered: a write (<see cref="Data"/> null when all of it is zeros) or,
/// with <see cref="IsLength"/>, a new file length in <see cref="Offset"/>.
/// </summary>
/// <param name="Offset">Byte offset of the write, or the new length.</param>
/// <param name="Length">Bytes written.</param>
/// <param name="Data">The bytes, or null for zeros.</param>
/// <param name="IsLength">Whether this is a change of length.</param>
internal readonly record struct PendingChange(long Offset, int Length, byte[]? Data, bool IsLength)
{
    internal static PendingChange NewLength(long length) => new(length, 0, null, IsLength: true);

    internal static PendingChange Write(long offset, ReadOnlySpan<byte> data) =>
        new(offset, data.Length, data.ContainsAnyExcept((byte)0) ? data.ToArray() : null, IsLength: false);
}
