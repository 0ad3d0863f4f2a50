using System.Diagnostics;
using Netcd.Base;
using Netcd.Base.GoSyntax;
using Netcd.Client;
using Netcd.CommandLine;
using Netcd.CommandLine.Output;
using Netcd.Disk;
using Netcd.Offline.Snapshots;

namespace Netcd.Ctl.Session;

/// <summary>
/// Fetches a snapshot into <c>FILE.part</c> and gives it its name only when it is whole: the last 32 bytes have to be
/// the SHA-256 of all before, and everything has to be on the disk. Source: client/v3/snapshot/v3_snapshot.go.
/// </summary>
internal sealed class SnapshotDownload(ProgramConsole console, IDisk disk, string endpoint, string path)
{
    private const int PageBytes = 512;

    private readonly string _part = path + ".part";
    private bool _isMade;

    public async Task RunAsync(EtcdClient client, CancellationToken limit)
    {
        try
        {
            // The page cache is left to the member that runs beside: nobody reads a backup soon.
            using (var file = Create())
            {
                await FetchAsync(client, file, limit);
            }

            Rename();
        }
        finally
        {
            Remove();
        }
    }

    private async Task FetchAsync(EtcdClient client, IDiskFile file, CancellationToken limit)
    {
        var start = Stopwatch.GetTimestamp();
        Log("snapshot/v3_snapshot.go:65", "created temporary db file", fields => fields.Name("path").String(_part));
        Log("v3/maintenance.go:212", "opened snapshot stream; downloading", null);
        Log("snapshot/v3_snapshot.go:73", "fetching snapshot", fields => fields.Name("endpoint").String(endpoint));
        using var progress = new ProgressBar(console, TimeProvider.System, TimeSpan.Zero);
        await using var writer = new SnapshotFileWriter(
            file, isUncached: true, isHashed: true, SnapshotFileWriter.TrailerBytes);
        await foreach (var piece in client.Maintenance.SnapshotPartsAsync(limit))
        {
            if (writer.Length == 0)
            {
                Reserve(file, piece.Blob.Length + (long)piece.RemainingBytes + SnapshotFileWriter.TrailerBytes);
            }

            await WriteAsync(writer, piece.Blob, limit);
            progress.Report("snapshot", writer.Length, writer.Length + (long)piece.RemainingBytes);
        }

        progress.Dispose();
        Log("v3/maintenance.go:220", "completed snapshot read; closing", null);
        await CompleteAsync(writer, file);
        Log(
            "snapshot/v3_snapshot.go:88",
            "fetched snapshot",
            fields => fields.Name("endpoint").String(endpoint)
                .Name("size").String(HumanBytes.Format((ulong)writer.Length))
                .Name("took").String(Ago(Stopwatch.GetElapsedTime(start))));
    }

    private IDiskFile Create()
    {
        try
        {
            var file = disk.Open(_part, DiskOpenMode.CreateUncached);
            _isMade = true;
            return file;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Failed($"could not open {_part} ({problem.Message})");
        }
    }

    // A full disk shows at once then, and the file lies in one piece.
    private void Reserve(IDiskFile file, long bytes)
    {
        try
        {
            file.Allocate(bytes);
        }
        catch (IOException problem)
        {
            throw Failed(FileErrors.Text("write", _part, problem));
        }
    }

    private async ValueTask WriteAsync(
        SnapshotFileWriter writer, ReadOnlyMemory<byte> piece, CancellationToken limit)
    {
        try
        {
            await writer.AppendAsync(piece, limit);
        }
        catch (IOException problem)
        {
            throw Failed(FileErrors.Text("write", _part, problem));
        }
    }

    private async Task CompleteAsync(SnapshotFileWriter writer, IDiskFile file)
    {
        byte[] found;
        byte[] expected;
        try
        {
            // The member may have told of more than came.
            if (file.Length > writer.Length)
            {
                file.SetLength(writer.Length);
            }

            var sum = await writer.CompleteAsync();
            Invariant.Check(sum is not null);
            (found, expected) = sum.Value;
        }
        catch (IOException problem)
        {
            throw Failed(FileErrors.Text("sync", _part, problem));
        }

        if (writer.Length % PageBytes != SnapshotFileWriter.TrailerBytes)
        {
            throw Failed($"sha256 checksum not found [bytes: {writer.Length}]");
        }

        if (!found.AsSpan().SequenceEqual(expected))
        {
            throw Failed(HashMismatch.Text(expected, found));
        }
    }

    private void Rename()
    {
        try
        {
            disk.Rename(_part, path);
            _isMade = false;
            disk.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Failed($"could not rename {_part} to {path} (rename {_part} {path}: {RenameReason(problem)})");
        }

        Log("snapshot/v3_snapshot.go:97", "saved", fields => fields.Name("path").String(path));
    }

    private string RenameReason(Exception problem) =>
        Directory.Exists(path) ? "file exists" : FileErrors.Reason(path, problem);

    private void Remove()
    {
        try
        {
            if (_isMade)
            {
                disk.DeleteFile(_part);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // What made the download fail is the news.
        }
    }

    private void Log(string caller, string message, Action<GoJsonWriter>? fields) =>
        console.WriteErrorLine(LogLine.Json(
            DateTime.UtcNow, "info", fields is null ? "client" : "", caller, message, fields));

    // As Go's humanize tells it.
    private static string Ago(TimeSpan time) => time.TotalSeconds switch
    {
        < 1 => "now",
        < 2 => "1 second ago",
        < 60 => $"{(int)time.TotalSeconds} seconds ago",
        < 120 => "1 minute ago",
        < 3600 => $"{(int)time.TotalMinutes} minutes ago",
        < 7200 => "1 hour ago",
        _ => $"{(int)time.TotalHours} hours ago",
    };

    private static ExitException Failed(string text) => new(ExitCodes.Interrupted, text);
}
