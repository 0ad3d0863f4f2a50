namespace Netcd.Wal.Records;

/// <summary>What a WAL record holds (walpb.Record.type).</summary>
internal enum RecordType
{
    Metadata = 1,
    Entry = 2,
    State = 3,

    /// <summary>No data: the running checksum at the head of a segment.</summary>
    Crc = 4,
    Snapshot = 5,
}
