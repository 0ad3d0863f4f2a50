using System.Buffers;
using System.Text;
using Netcd.Base;

namespace Netcd.Mvcc.Tests;

/// <summary>A store kept as plainly as possible: every record ever written, and what compaction takes away.</summary>
internal sealed class FakeHistory : IWatchHistory
{
    private readonly SortedDictionary<Revision, (bool IsTombstone, byte[] Stored, string Key)> _records = [];
    private readonly NaiveKeyIndex _index = new();

    public long CurrentRevision { get; set; } = 1;

    /// <summary>What the store shows to readers, where it is ahead of what the hub was told.</summary>
    public long Shown { get; set; } = 1;

    public long CompactRevision { get; private set; } = -1;

    /// <summary>Every event that ever happened, with the previous value it had then.</summary>
    public List<SeenEvent> Events { get; } = [];

    long IWatchHistory.CurrentRevision => Shown;

    public List<(Revision Revision, bool IsTombstone, byte[] Key, byte[] Stored)> LastTransaction { get; } = [];

    /// <summary>One transaction of puts and, where the value is null, deletes; live keys only for those.</summary>
    public void Write(params (string Key, string? Value)[] changes)
    {
        LastTransaction.Clear();
        var main = CurrentRevision + 1;
        foreach (var (name, value) in changes)
        {
            var key = Encoding.Latin1.GetBytes(name);
            var revision = new Revision(main, LastTransaction.Count);
            var previous = ReadText(key, main - 1);
            if (value is null)
            {
                if (!_index.Tombstone(key, revision))
                {
                    continue;
                }

                var stored = new byte[StoredKeyValue.SizeOfTombstone(key.Length)];
                StoredKeyValue.WriteTombstone(stored, key);
                Add(revision, isTombstone: true, key, stored);
                Events.Add(new SeenEvent(true, name, 0, main, 0, string.Empty, previous));
                continue;
            }

            _index.Put(key, revision);
            _index.TryGet(key, main, out var entry);
            var version = new KeyVersion(entry.CreateRevision, main, entry.Version);
            var bytes = Encoding.Latin1.GetBytes(value);
            var record = new byte[StoredKeyValue.SizeOf(key.Length, bytes.Length, version, LeaseId.None)];
            StoredKeyValue.Write(record, key, bytes, version, LeaseId.None);
            Add(revision, isTombstone: false, key, record);
            Events.Add(new SeenEvent(false, name, entry.CreateRevision, main, entry.Version, value, previous));
        }

        CurrentRevision += LastTransaction.Count > 0 ? 1 : 0;
    }

    public void Compact(long revision)
    {
        CompactRevision = revision;
        var keep = _index.Compact(revision);
        foreach (var dropped in _records.Keys.Where(r => r.Main <= revision && !keep.Contains(r)).ToList())
        {
            _records.Remove(dropped);
        }
    }

    public void ReadRevisions(Revision from, long toMain, IRevisionVisitor visitor)
    {
        foreach (var (revision, record) in _records)
        {
            if (revision < from)
            {
                continue;
            }

            if (revision.Main > toMain || !visitor.Visit(revision, record.IsTombstone, record.Stored))
            {
                return;
            }
        }
    }

    public bool TryReadAt(ReadOnlySpan<byte> key, long atRevision, IBufferWriter<byte> destination)
    {
        if (atRevision < CompactRevision || !_index.TryGet(key.ToArray(), atRevision, out var entry))
        {
            return false;
        }

        destination.Write(_records[entry.Modified].Stored);
        return true;
    }

    private void Add(Revision revision, bool isTombstone, byte[] key, byte[] stored)
    {
        _records.Add(revision, (isTombstone, stored, Encoding.Latin1.GetString(key)));
        LastTransaction.Add((revision, isTombstone, key, stored));
    }

    private string? ReadText(byte[] key, long at)
    {
        var buffer = new ArrayBufferWriter<byte>();
        return TryReadAt(key, at, buffer)
            ? Encoding.Latin1.GetString(StoredKeyValue.Parse(buffer.WrittenSpan).Value)
            : null;
    }
}
