using System.Globalization;
using System.IO.Compression;

namespace Netcd.Daemon.Logging;

/// <summary>
/// A log file that is set aside under a name with its time when it is full, and begun anew. Old ones are removed by
/// number and age. One writer at a time.
/// </summary>
/// <remarks>
/// <code>
/// etcd.log                                   being written
/// etcd-2026-11-27T14-03-59.123.log           set aside
/// etcd-2026-11-27T13-00-00.000.log.gz        and compressed
/// </code>
/// </remarks>
internal sealed class RotatingFile : Stream
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH-mm-ss.fff";

    private readonly string _path;
    private readonly LogRotation _rotation;
    private readonly TimeProvider _time;
    private FileStream _file;

    public RotatingFile(string path, LogRotation rotation, TimeProvider time)
    {
        _path = Path.GetFullPath(path);
        _rotation = rotation;
        _time = time;
        _file = Open();
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _file.Length;

    public override long Position
    {
        get => _file.Position;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_file.Length > 0 && _file.Length + buffer.Length > _rotation.MaxBytes)
        {
            Rotate();
        }

        _file.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => _file.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private FileStream Open() => new(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);

    private void Rotate()
    {
        _file.Dispose();
        var now = _rotation.LocalTime ? _time.GetLocalNow() : _time.GetUtcNow();
        var stamp = now.ToString(TimeFormat, CultureInfo.InvariantCulture);
        var aside = $"{Stem}-{stamp}{Path.GetExtension(_path)}";
        File.Move(_path, aside, overwrite: true);
        _file = Open();
        if (_rotation.Compress)
        {
            Compress(aside);
        }

        RemoveOld(now);
    }

    private string Stem => Path.Combine(
        Path.GetDirectoryName(_path) ?? ".", Path.GetFileNameWithoutExtension(_path));

    private static void Compress(string path)
    {
        using (var source = File.OpenRead(path))
        using (var target = new GZipStream(File.Create($"{path}.gz"), CompressionLevel.Fastest))
        {
            source.CopyTo(target);
        }

        File.Delete(path);
    }

    private void RemoveOld(DateTimeOffset now)
    {
        var old = new List<(string Path, DateTime Time)>();
        var extension = Path.GetExtension(_path);
        foreach (var path in Directory.EnumerateFiles(Path.GetDirectoryName(_path) ?? "."))
        {
            var name = path.EndsWith(".gz", StringComparison.Ordinal) ? path[..^3] : path;
            if (name.StartsWith($"{Stem}-", StringComparison.Ordinal)
                && name.EndsWith(extension, StringComparison.Ordinal)
                && DateTime.TryParseExact(
                    name.AsSpan(Stem.Length + 1, name.Length - Stem.Length - 1 - extension.Length),
                    TimeFormat,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.None,
                    out var time))
            {
                old.Add((path, time));
            }
        }

        foreach (var (index, file) in old.OrderByDescending(static file => file.Time).Index())
        {
            var isTooMany = _rotation.MaxBackups > 0 && index >= _rotation.MaxBackups;
            if (isTooMany || (_rotation.MaxAge > 0 && now.DateTime - file.Time > TimeSpan.FromDays(_rotation.MaxAge)))
            {
                File.Delete(file.Path);
            }
        }
    }
}
