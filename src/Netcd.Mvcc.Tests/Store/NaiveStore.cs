using Netcd.Base;

namespace Netcd.Mvcc.Tests;

/// <summary>The store as its documentation defines it: a list of all changes ever made, searched from end to end.</summary>
internal sealed class NaiveStore
{
    private readonly List<NaiveRecord> _records = [];

    public long CurrentRevision { get; private set; } = 1;

    public long CompactRevision { get; private set; } = -1;

    /// <summary>Ends a transaction that changed something.</summary>
    public void Advance() => CurrentRevision++;

    public void Compact(long revision) => CompactRevision = revision;

    public void Put(string key, string value, int sub, long lease = 0)
    {
        var before = Get(key, CurrentRevision + 1);
        _records.Add(new NaiveRecord(
            new Revision(CurrentRevision + 1, sub),
            IsTombstone: false,
            key,
            value,
            before?.CreateRevision ?? CurrentRevision + 1,
            (before?.Version ?? 0) + 1,
            lease));
    }

    public void Delete(string key, int sub) =>
        _records.Add(new NaiveRecord(new Revision(CurrentRevision + 1, sub), IsTombstone: true, key, "", 0, 0, 0));

    public NaiveRecord? Get(string key, long revision)
    {
        NaiveRecord? found = null;
        foreach (var record in _records)
        {
            if (record.Revision.Main <= revision && string.Equals(record.Key, key, StringComparison.Ordinal))
            {
                found = record.IsTombstone ? null : record;
            }
        }

        return found;
    }

    /// <summary>Live records of a range in key order; an end of one zero character is "from key".</summary>
    public List<NaiveRecord> Range(string key, string end, long revision)
    {
        var live = new SortedDictionary<string, NaiveRecord>(StringComparer.Ordinal);
        foreach (var record in _records)
        {
            if (record.Revision.Main > revision || !InRange(record.Key, key, end))
            {
                continue;
            }

            if (record.IsTombstone)
            {
                live.Remove(record.Key);
            }
            else
            {
                live[record.Key] = record;
            }
        }

        return [.. live.Values];
    }

    /// <summary>Records above the compact revision, in order.</summary>
    public IEnumerable<NaiveRecord> History(Revision from, long toMain) =>
        _records.Where(record => record.Revision >= from && record.Revision.Main <= toMain);

    /// <summary>HashKV by upstream's definition, over what a finished compaction leaves.</summary>
    public uint Hash(long revision)
    {
        var kept = KeptByCompaction();
        var keep = Range("\0", "\0", revision).Select(record => record.Revision).ToHashSet();
        var crc = Crc32C.Update(0, "key"u8);
        Span<byte> key = stackalloc byte[RevisionKey.TombstoneLengthBytes];
        foreach (var record in _records)
        {
            var old = record.Revision.Main <= CompactRevision;
            if (record.Revision.Main > revision
                || (old && !kept.Contains(record.Revision))
                || (old && keep.Count > 0 && !keep.Contains(record.Revision))
                || (record.Revision.Main == CompactRevision && record.IsTombstone))
            {
                continue;
            }

            crc = Crc32C.Update(crc, key[..RevisionKey.Write(key, record.Revision, record.IsTombstone)]);
            crc = Crc32C.Update(crc, record.Stored());
        }

        return crc;
    }

    private static bool InRange(string candidate, string key, string end) =>
        end.Length == 0
            ? string.Equals(candidate, key, StringComparison.Ordinal)
            : string.CompareOrdinal(candidate, key) >= 0
                && (string.Equals(end, "\0", StringComparison.Ordinal) || string.CompareOrdinal(candidate, end) < 0);

    private HashSet<Revision> KeptByCompaction()
    {
        Dictionary<string, NaiveRecord> newest = new(StringComparer.Ordinal);
        foreach (var record in _records.Where(record => record.Revision.Main <= CompactRevision))
        {
            newest[record.Key] = record;
        }

        return
        [
            .. newest.Values
                .Where(record => !record.IsTombstone || record.Revision.Main == CompactRevision)
                .Select(record => record.Revision),
        ];
    }
}
