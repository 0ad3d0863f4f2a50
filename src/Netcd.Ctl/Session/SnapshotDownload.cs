using System.Diagnostics;
using System.Security.Cryptography;
using Netcd.Base.GoSyntax;
using Netcd.Client;
using Netcd.CommandLine;
using Netcd.CommandLine.Output;

namespace Netcd.Ctl.Session;

/// <summary>
/// Fetches a snapshot into <c>FILE.part</c> and gives it its name only when it is whole: the last 32 bytes have to be
/// the SHA-256 of all before, and everything has to be on the disk. Source: client/v3/snapshot/v3_snapshot.go.
/// </summary>
internal sealed class SnapshotDownload(ProgramConsole console, string endpoint, string path)
{
    private const int ChecksumBytes = 32;
    private const int PageBytes = 512;

    private readonly string _part = path + ".part";
    private readonly byte[] _tail = new byte[ChecksumBytes];
    private int _tailBytes;
    private long _size;

    public async Task RunAsync(EtcdClient client, CancellationToken limit)
    {
        try
        {
            await using (var file = Create())
            {
                await FetchAsync(client, file, limit);
            }

            Rename();
        }
        catch (OperationCanceledException)
        {
            throw Failed("context deadline exceeded");
        }
        finally
        {
            Remove();
        }
    }

    private async Task FetchAsync(EtcdClient client, FileStream file, CancellationToken limit)
    {
        var start = Stopwatch.GetTimestamp();
        Log("snapshot/v3_snapshot.go:65", "created temporary db file", fields => fields.Name("path").String(_part));
        Log("v3/maintenance.go:212", "opened snapshot stream; downloading", null);
        Log("snapshot/v3_snapshot.go:73", "fetching snapshot", fields => fields.Name("endpoint").String(endpoint));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var progress = new ProgressBar(console, "snapshot");
        await foreach (var piece in client.Maintenance.SnapshotAsync(limit))
        {
            _size += piece.Blob.Length;
            Append(hash, piece.Blob.Span);
            await WriteAsync(file, piece.Blob.Memory);
            progress.Show(_size, _size + (long)piece.RemainingBytes);
        }

        progress.Dispose();
        Log("v3/maintenance.go:220", "completed snapshot read; closing", null);
        Verify(hash);
        Sync(file);
        Log(
            "snapshot/v3_snapshot.go:88",
            "fetched snapshot",
            fields => fields.Name("endpoint").String(endpoint)
                .Name("size").String(HumanBytes.Format((ulong)_size))
                .Name("took").String(Ago(Stopwatch.GetElapsedTime(start))));
    }

    // The checksum itself is not part of what it sums up: the last bytes so far wait in the tail.
    private void Append(IncrementalHash hash, ReadOnlySpan<byte> piece)
    {
        var free = ChecksumBytes - _tailBytes;
        if (piece.Length <= free)
        {
            piece.CopyTo(_tail.AsSpan(_tailBytes));
            _tailBytes += piece.Length;
            return;
        }

        var leaving = Math.Min(_tailBytes, piece.Length - free);
        hash.AppendData(_tail.AsSpan(0, leaving));
        _tail.AsSpan(leaving, _tailBytes - leaving).CopyTo(_tail);
        _tailBytes -= leaving;
        var hashed = Math.Max(0, piece.Length - (ChecksumBytes - _tailBytes));
        hash.AppendData(piece[..hashed]);
        piece[hashed..].CopyTo(_tail.AsSpan(_tailBytes));
        _tailBytes += piece.Length - hashed;
    }

    private void Verify(IncrementalHash hash)
    {
        if (_size % PageBytes != ChecksumBytes)
        {
            throw Failed($"sha256 checksum not found [bytes: {_size}]");
        }

        var found = hash.GetHashAndReset();
        if (!found.AsSpan().SequenceEqual(_tail))
        {
            throw Failed($"expected sha256 [{string.Join(' ', _tail)}], got [{string.Join(' ', found)}]");
        }
    }

    private FileStream Create()
    {
        try
        {
            return new FileStream(_part, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Failed($"could not open {_part} ({FileErrors.Text("open", _part, problem)})");
        }
    }

    private async Task WriteAsync(FileStream file, ReadOnlyMemory<byte> piece)
    {
        try
        {
            await file.WriteAsync(piece);
        }
        catch (IOException problem)
        {
            throw Failed(FileErrors.Text("write", _part, problem));
        }
    }

    private void Sync(FileStream file)
    {
        try
        {
            file.Flush(flushToDisk: true);
        }
        catch (IOException problem)
        {
            throw Failed(FileErrors.Text("sync", _part, problem));
        }
    }

    private void Rename()
    {
        try
        {
            File.Move(_part, path, overwrite: true);
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
            File.Delete(_part);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // It was never made, or it has its name by now.
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
