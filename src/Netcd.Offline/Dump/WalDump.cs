using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Base.Records;
using Netcd.Disk;
using Netcd.Server.Boot;
using Netcd.Wal.Records;
using Netcd.Wal.Segments;

namespace Netcd.Offline.Dump;

/// <summary>
/// Shows the records of a log. Takes no lock and changes nothing, so a running member's log may be looked at. Damage
/// ends a segment; the next one begins with a checksum of its own.
/// </summary>
public sealed class WalDump(OfflineTools tools, WalDumpOptions options, TextWriter output)
{
    private readonly RequestText _requests = new(new DumpText(options.IsFull));
    private readonly List<string> _damage = [];

    // Who looks for certain entries wants to see nothing else.
    private bool FiltersEntries =>
        options.StartIndex > LogIndex.Zero || options.EndIndex.Value < ulong.MaxValue || options.Term != Term.Zero
        || options.Contains is not null;

    /// <summary>
    /// Prints what there is and returns what is damaged, with file and offset; empty for a sound log.
    /// </summary>
    /// <exception cref="OfflineException">There is no log at the path.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public IReadOnlyList<string> Run()
    {
        var paths = Segments();
        for (var i = 0; i < paths.Count; i++)
        {
            Show(paths[i], isLast: i + 1 == paths.Count);
        }

        return _damage;
    }

    private List<string> Segments()
    {
        if (tools.Disk.FileExists(options.Path))
        {
            return [options.Path];
        }

        DataDirectory.Require(tools.Disk, options.Path);
        var below = new DataDirectory(options.Path).Wal;
        var directory = tools.Disk.DirectoryExists(below) ? below : options.Path.TrimEnd('/');
        var paths = SegmentList.All(tools.Disk, directory).ConvertAll(name => $"{directory}/{name}");
        return paths.Count > 0 ? paths : throw new OfflineException($"no write-ahead log in {options.Path}");
    }

    private void Show(string path, bool isLast)
    {
        using var file = tools.Disk.Open(path, DiskOpenMode.Read);
        if (!options.IsJson)
        {
            output.WriteLine($"# {path}: {file.Length} bytes");
        }

        var reader = new SegmentReader(file, isLast, crc: 0);
        try
        {
            while (true)
            {
                var offset = reader.Offset;
                switch (reader.Next())
                {
                    case RecordStep.Record:
                        Show(path, offset, reader);
                        continue;
                    case RecordStep.Torn:
                        AddDamage($"{path}: offset {offset}", "torn write: a member cuts it off when it starts");
                        return;
                    default:
                        Trace(path, offset);
                        return;
                }
            }
        }
        catch (CorruptionException corruption)
        {
            AddDamage(corruption.Place, corruption.Problem);
        }
    }

    private void AddDamage(string place, string problem)
    {
        _damage.Add($"{place}: {problem}");
        if (!options.IsJson)
        {
            output.WriteLine($"# damaged: {place}: {problem}");
        }
    }

    private void Trace(string path, long offset)
    {
        if (!options.IsJson)
        {
            output.WriteLine($"# {path}: records end at offset {offset}");
        }
    }

    private void Show(string path, long offset, SegmentReader reader)
    {
        try
        {
            if (Record(reader) is { } record && Shows(record))
            {
                Print(path, offset, record);
            }
        }
        catch (Exception problem) when (problem is ProtoException or CorruptionException)
        {
            AddDamage($"{path}: offset {offset}", $"malformed {Name(reader.Type)} record: {problem.Message}");
        }
    }

    private bool Shows(WalDumpRecord record)
    {
        if (options.Types.Count > 0 && !options.Types.Contains(record.Type, StringComparer.Ordinal))
        {
            return false;
        }

        if (record.Entry is not { } entry)
        {
            return options.Types.Count > 0 || !FiltersEntries;
        }

        return entry.Index >= options.StartIndex && entry.Index <= options.EndIndex
            && (options.Term == Term.Zero || entry.Term == options.Term)
            && (options.Contains is not { } part || record.Text.Contains(part, StringComparison.Ordinal));
    }

    private WalDumpRecord Record(SegmentReader reader)
    {
        var type = Name(reader.Type);
        switch (reader.Type)
        {
            case RecordType.Entry:
                var entry = RecordCodec.ReadEntry(reader.Data);
                return new WalDumpRecord(type, _requests.Describe(entry), entry);
            case RecordType.State:
                var state = RecordCodec.ReadHardState(reader.Data);
                return new WalDumpRecord(
                    type, $"term={state.Term} vote={state.Vote} commit={state.Commit}", null);
            case RecordType.Metadata:
                var metadata = WalMetadata.Decode(reader.Data, "metadata");
                return new WalDumpRecord(
                    type, $"member={metadata.MemberId} cluster={metadata.ClusterId:x}", null);
            case RecordType.Crc:
                return new WalDumpRecord(type, $"{reader.Crc:x8}", null);
            case RecordType.Snapshot:
                return new WalDumpRecord(type, Describe(WalSnapshotCodec.Read(reader.Data)), null);
            default:
                return new WalDumpRecord(type, $"{reader.Data.Length} bytes", null);
        }
    }

    private static string Describe(Netcd.Wal.WalSnapshot snapshot) =>
        snapshot.ConfState is { } configuration
            ? $"term={snapshot.Term} index={snapshot.Index} voters=[{string.Join(' ', configuration.Voters)}] "
                + $"learners=[{string.Join(' ', configuration.Learners)}]"
            : $"term={snapshot.Term} index={snapshot.Index}";

    private static string Name(RecordType type) => type switch
    {
        RecordType.Metadata => "metadata",
        RecordType.Entry => "entry",
        RecordType.State => "state",
        RecordType.Crc => "crc",
        RecordType.Snapshot => "snapshot",
        _ => $"type {(int)type}",
    };

    private void Print(string path, long offset, WalDumpRecord record)
    {
        if (options.IsJson)
        {
            var line = new JsonLine().Add("file", path).Add("offset", offset).Add("type", record.Type);
            if (record.Entry is { } json)
            {
                line.Add("term", json.Term.Value).Add("index", json.Index.Value).Add("kind", Kind(json.Type));
            }

            output.WriteLine(line.Add("text", record.Text).ToString());
            return;
        }

        output.WriteLine(record.Entry is { } entry
            ? $"{offset,10} {record.Type,-8} term {entry.Term} index {entry.Index} {record.Text}"
            : $"{offset,10} {record.Type,-8} {record.Text}");
    }

    private static string Kind(EntryType type) => type switch
    {
        EntryType.Normal => "normal",
        EntryType.ConfChange => "conf change",
        _ => "conf change v2",
    };
}
