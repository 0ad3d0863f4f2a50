using System.Globalization;
using System.Text;
using Netcd.Base;
using Netcd.Bbolt;
using Netcd.Mvcc;

namespace Netcd.Offline.Dump;

/// <summary>
/// Shows buckets and records of a database: of bucket <c>key</c> every change by revision. Damage ends a bucket; the
/// next one may be whole.
/// </summary>
public sealed class DatabaseDump(OfflineTools tools, DatabaseDumpOptions options, TextWriter output)
{
    private const string KeyBucket = "key";

    private readonly DumpText _text = new(options.IsFull);
    private readonly byte[]? _key = options.Key is { } key ? Encoding.UTF8.GetBytes(key) : null;
    private readonly byte[]? _prefix = options.Prefix is { } prefix ? Encoding.UTF8.GetBytes(prefix) : null;
    private readonly List<string> _damage = [];

    /// <summary>Prints what there is and returns what is damaged, with file, page and offset.</summary>
    /// <exception cref="OfflineException">The file is missing, no database, or in use.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public IReadOnlyList<string> Run()
    {
        var below = new DataDirectory(options.Path).Database;
        var path = tools.Disk.DirectoryExists(options.Path) ? below : options.Path;
        DataFile.Require(tools.Disk, path);
        using var database = DataFile.Open(tools.Disk, path, new BboltOptions { ReadOnly = true });
        using var transaction = database.BeginRead();
        if (!options.IsJson)
        {
            output.WriteLine(
                $"# {path}: {transaction.HighWaterMark} pages of {transaction.PageSizeBytes} bytes, "
                + $"transaction {transaction.TxId}");
        }

        try
        {
            foreach (var name in transaction.BucketNames())
            {
                var shown = Encoding.UTF8.GetString(name);
                if (options.Buckets.Count == 0 || options.Buckets.Contains(shown, StringComparer.Ordinal))
                {
                    Show(transaction, name, shown);
                }
            }
        }
        catch (CorruptionException corruption)
        {
            AddDamage(transaction, corruption);
        }

        return _damage;
    }

    private void Show(BboltReadTransaction transaction, byte[] name, string shown)
    {
        if (!options.IsJson)
        {
            output.WriteLine($"bucket {shown}");
        }

        try
        {
            Invariant.Check(transaction.TryGetBucket(name, out var bucket));
            if (shown == KeyBucket)
            {
                ShowKeys(bucket);
            }
            else
            {
                ShowRecords(bucket, shown);
            }
        }
        catch (CorruptionException corruption)
        {
            AddDamage(transaction, corruption);
        }
    }

    private void ShowKeys(BboltBucket bucket)
    {
        Span<byte> start = stackalloc byte[RevisionKey.TombstoneLengthBytes];
        var length = RevisionKey.Write(start, new Revision(options.StartRevision, 0), tombstone: false);
        var cursor = bucket.Cursor();
        var count = 0L;
        for (var found = cursor.Seek(start[..length]); found; found = cursor.Next())
        {
            if (!RevisionKey.TryRead(cursor.Key, out var revision, out var tombstone))
            {
                Print(KeyBucket, DumpText.Quoted(cursor.Key), "not a revision");
                continue;
            }

            if (revision.Main > options.EndRevision || (options.Limit > 0 && count >= options.Limit))
            {
                return;
            }

            count += TryShow(revision, tombstone, cursor.Value) ? 1 : 0;
        }
    }

    private bool TryShow(Revision revision, bool tombstone, ReadOnlySpan<byte> value)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{revision.Main}.{revision.Sub}");
        if (value.IsEmpty)
        {
            if (_key is null && _prefix is null)
            {
                Print(KeyBucket, id, "no record: the revision was bumped to here");
            }

            return true;
        }

        StoredKeyValue record;
        try
        {
            record = StoredKeyValue.Parse(value);
        }
        catch (CorruptionException corruption)
        {
            Print(KeyBucket, id, $"damaged: {corruption.Problem}");
            _damage.Add($"bucket key: revision {id}: {corruption.Problem}");
            return true;
        }

        if ((_key is not null && !record.Key.SequenceEqual(_key))
            || (_prefix is not null && !record.Key.StartsWith(_prefix)))
        {
            return false;
        }

        var line = new StringBuilder(tombstone ? "delete " : "put ").Append(DumpText.Quoted(record.Key));
        if (!tombstone)
        {
            if (!options.KeysOnly)
            {
                line.Append(" = ").Append(_text.Value(record.Value));
            }

            line.Append(CultureInfo.InvariantCulture, $" create={record.CreateRevision} version={record.Version}");
            if (!record.Lease.IsNone)
            {
                line.Append(CultureInfo.InvariantCulture, $" lease={record.Lease.Value:x16}");
            }
        }

        Print(KeyBucket, id, line.ToString());
        return true;
    }

    private void ShowRecords(BboltBucket bucket, string name)
    {
        var cursor = bucket.Cursor();
        var count = 0L;
        for (var found = cursor.First(); found; found = cursor.Next())
        {
            if (options.Limit > 0 && count++ >= options.Limit)
            {
                return;
            }

            var (key, value) = RecordText.Describe(name, cursor.Key, cursor.Value, _text);
            Print(name, key, options.KeysOnly ? string.Empty : value);
        }
    }

    private void Print(string bucket, string key, string value)
    {
        output.WriteLine(options.IsJson
            ? new JsonLine().Add("bucket", bucket).Add("key", key).Add("text", value).ToString()
            : value.Length > 0 ? $"  {key} {value}" : $"  {key}");
    }

    private void AddDamage(BboltReadTransaction transaction, CorruptionException corruption)
    {
        const string Mark = ": page ";
        var at = corruption.Place.LastIndexOf(Mark, StringComparison.Ordinal);
        var offset = at >= 0 && ulong.TryParse(corruption.Place.AsSpan(at + Mark.Length), out var page)
            ? string.Create(CultureInfo.InvariantCulture, $", offset {page * (ulong)transaction.PageSizeBytes}")
            : string.Empty;
        var line = $"{corruption.Place}{offset}: {corruption.Problem}";
        _damage.Add(line);
        if (!options.IsJson)
        {
            output.WriteLine($"# damaged: {line}");
        }
    }
}
