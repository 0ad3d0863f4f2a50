namespace Netcd.Base.Records;

/// <summary>A Raft snapshot (raftpb.Snapshot): metadata and, in etcd, the v2 membership tree as JSON.</summary>
public sealed record Snapshot(SnapshotMetadata Metadata, ReadOnlyMemory<byte> Data)
{
    public static readonly Snapshot Empty = new(SnapshotMetadata.Empty, ReadOnlyMemory<byte>.Empty);

    public bool IsEmpty => Metadata.Index == LogIndex.Zero;
}
