namespace Netcd.Wal.Records;

/// <summary>What reading the next record of a segment came to.</summary>
internal enum RecordStep
{
    /// <summary>A valid record was read.</summary>
    Record,

    /// <summary>The segment's data ends here: end of file or preallocated zeros.</summary>
    End,

    /// <summary>The last write of the last segment did not reach the disk whole.</summary>
    Torn,
}
