using System.Buffers.Binary;
using System.Text;
using Netcd.Base;
using Netcd.Base.Records;

namespace Netcd.Mvcc;

/// <summary>Typed access to bucket <c>meta</c>. Writers hold the backend's write gate.</summary>
public static class MetaBucket
{
    internal static ReadOnlySpan<byte> ConsistentIndexKey => "consistent_index"u8;

    internal static ReadOnlySpan<byte> TermKey => "term"u8;

    internal static ReadOnlySpan<byte> ConfStateKey => "confState"u8;

    internal static ReadOnlySpan<byte> ScheduledCompactKey => "scheduledCompactRev"u8;

    internal static ReadOnlySpan<byte> FinishedCompactKey => "finishedCompactRev"u8;

    internal static ReadOnlySpan<byte> StorageVersionKey => "storageVersion"u8;

    /// <summary>Main revision of the last compaction that was accepted; null if there was none.</summary>
    public static long? ReadScheduledCompact(Backend backend) => ReadRevision(backend, ScheduledCompactKey);

    /// <summary>Main revision of the last compaction whose deletions are all done; null if there was none.</summary>
    public static long? ReadFinishedCompact(Backend backend) => ReadRevision(backend, FinishedCompactKey);

    public static void WriteScheduledCompact(Backend backend, long revision) =>
        WriteRevision(backend, ScheduledCompactKey, revision);

    public static void WriteFinishedCompact(Backend backend, long revision) =>
        WriteRevision(backend, FinishedCompactKey, revision);

    /// <summary>Text like <c>3.6.0</c>; null below schema 3.6.</summary>
    public static string? ReadStorageVersion(Backend backend) =>
        backend.Get(BucketId.Meta, StorageVersionKey) is { } text ? Encoding.UTF8.GetString(text) : null;

    /// <summary>Writes the version, or removes the key when it is null (schema 3.5 has none).</summary>
    public static void WriteStorageVersion(Backend backend, string? version)
    {
        if (version is null)
        {
            backend.Delete(BucketId.Meta, StorageVersionKey);
        }
        else
        {
            backend.Put(BucketId.Meta, StorageVersionKey, Encoding.UTF8.GetBytes(version));
        }
    }

    /// <summary>
    /// Configuration written with the last commit after a conf change; null if none was ever written.
    /// </summary>
    public static ConfState? ReadConfState(Backend backend) =>
        backend.Get(BucketId.Meta, ConfStateKey) is { } text ? ConfStateJson.Read(text) : null;

    /// <summary>Index of the last entry whose effects are in the file; zero if it says nothing.</summary>
    internal static LogIndex ReadConsistentIndex(CommittedPages pages) => new(ReadNumber(pages, ConsistentIndexKey));

    internal static Term ReadTerm(CommittedPages pages) => new(ReadNumber(pages, TermKey));

    private static ulong ReadNumber(CommittedPages pages, ReadOnlySpan<byte> key)
    {
        if (pages.Get(BucketId.Meta, key) is not { } bytes)
        {
            return 0;
        }

        return bytes.Length == 8
            ? BinaryPrimitives.ReadUInt64BigEndian(bytes)
            : throw Damaged(key, $"{bytes.Length} bytes instead of 8");
    }

    private static long? ReadRevision(Backend backend, ReadOnlySpan<byte> key)
    {
        if (backend.Get(BucketId.Meta, key) is not { } bytes)
        {
            return null;
        }

        return RevisionKey.TryRead(bytes, out var revision, out _)
            ? revision.Main
            : throw Damaged(key, "not a revision");
    }

    private static void WriteRevision(Backend backend, ReadOnlySpan<byte> key, long revision)
    {
        var bytes = new byte[RevisionKey.LengthBytes];
        RevisionKey.Write(bytes, new Revision(revision, 0), tombstone: false);
        backend.Put(BucketId.Meta, key, bytes);
    }

    private static CorruptionException Damaged(ReadOnlySpan<byte> key, string problem) =>
        new($"bucket meta: {Encoding.UTF8.GetString(key)}", problem);
}
