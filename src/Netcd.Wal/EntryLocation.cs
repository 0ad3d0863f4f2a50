using Netcd.Wal.Segments;

namespace Netcd.Wal;

/// <summary>Where an entry's record lies.</summary>
/// <param name="Segment">The open segment.</param>
/// <param name="Offset">File offset of the record's frame.</param>
/// <param name="Bytes">Length of the frame.</param>
/// <param name="CrcBefore">The checksum chain before the record.</param>
internal readonly record struct EntryLocation(Segment Segment, long Offset, int Bytes, uint CrcBefore);
