namespace Netcd.Grpc.Server.Tls;

/// <summary>
/// A small configuration file that is read again when it changed. The name is resolved anew each time, so a file
/// swapped by rename or by symbolic link, as Kubernetes mounts secrets, is seen. Not thread safe.
/// </summary>
internal sealed class WatchedFile(string path, TimeProvider time)
{
    // A file system's time stamps are coarse: within this span equal stamps do not prove equal contents.
    private static readonly TimeSpan StampTrust = TimeSpan.FromSeconds(2);

    private DateTime _writtenAt;
    private long _length = -1;
    private byte[] _contents = [];

    public string Path { get; } = path;

    /// <summary>What was read last.</summary>
    public byte[] Contents => _contents;

    /// <summary>Reads the file if it may have changed; true if its contents differ from those before.</summary>
    /// <exception cref="IOException">It cannot be read; the message is Go's for the common cases.</exception>
    public bool Refresh()
    {
        try
        {
            using var handle = File.OpenHandle(Path, options: FileOptions.SequentialScan);
            var writtenAt = File.GetLastWriteTimeUtc(handle);
            var length = RandomAccess.GetLength(handle);
            if (writtenAt == _writtenAt && length == _length && time.GetUtcNow().UtcDateTime - writtenAt > StampTrust)
            {
                return false;
            }

            using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            var contents = copy.ToArray();
            var isChanged = _length < 0 || !contents.AsSpan().SequenceEqual(_contents);
            (_writtenAt, _length, _contents) = (writtenAt, length, contents);
            return isChanged;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"open {Path}: no such file or directory", error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"open {Path}: permission denied", error);
        }
    }
}
