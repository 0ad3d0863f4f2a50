using System.Security.Cryptography;
using System.Threading.Channels;
using Netcd.Disk;

namespace Netcd.Offline.Snapshots;

/// <summary>
/// Copies a snapshot without the SHA-256 at its end and checks that hash. Hashing takes longest, so it follows the copy
/// at its own pace, reading what was written, while the rest is copied and goes to the disk.
/// </summary>
internal sealed class SnapshotCopier(OfflineTools tools)
{
    private const int ChunkBytes = 4 << 20;

    // Small enough that what is hashed lies in the processor's cache.
    private const int HashChunkBytes = 256 << 10;

    // Chunks that may wait to be hashed: 16 GiB, more than a database has; they take no memory.
    private const int WaitingMax = 4096;

    // Big enough that a sync costs little beside the transfer, small enough that the last one has little left to do.
    private const long SyncBytes = 64 << 20;

    // A database is whole pages, so a rest of this size is the hash. Source: hasChecksum of v3_snapshot.go.
    private const int SectorBytes = 512;

    /// <summary>Copies to a file that does not exist yet, and syncs it.</summary>
    /// <exception cref="OfflineException">There is no hash, or another one.</exception>
    /// <exception cref="IOException">The source cannot be read, or the disk failed or is full.</exception>
    internal async Task CopyAsync(string from, string to, bool skipHashCheck, CancellationToken cancellation)
    {
        using var source = tools.Disk.Open(from, DiskOpenMode.Read);
        var length = source.Length;
        if (length < SHA256.HashSizeInBytes)
        {
            throw new OfflineException($"seek {from}: invalid argument");
        }

        var hasHash = length % SectorBytes == SHA256.HashSizeInBytes;
        if (!hasHash && !skipHashCheck)
        {
            throw new OfflineException("snapshot missing hash but --skip-hash-check=false");
        }

        using var target = tools.Disk.Open(to, DiskOpenMode.Create);
        var bodyBytes = hasHash ? length - SHA256.HashSizeInBytes : length;
        if (bodyBytes > 0)
        {
            target.Allocate(bodyBytes);
        }

        var written = Channel.CreateBounded<(long Offset, int Length)>(
            new BoundedChannelOptions(WaitingMax) { SingleReader = true, SingleWriter = true });
        var hashing = hasHash && !skipHashCheck
            ? Task.Run(() => HashAsync(target, written.Reader), CancellationToken.None)
            : DrainAsync(written.Reader);
        try
        {
            await CopyBodyAsync(source, target, bodyBytes, written.Writer, cancellation);
        }
        finally
        {
            // It may not outlive the file that it reads.
            written.Writer.TryComplete();
            await ((Task)hashing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (await hashing is { } found)
        {
            Compare(source, bodyBytes, found);
        }
    }

    private async Task CopyBodyAsync(
        IDiskFile source, IDiskFile target, long bodyBytes, ChannelWriter<(long Offset, int Length)> written,
        CancellationToken cancellation)
    {
        var chunk = new byte[ChunkBytes];
        var syncing = Task.CompletedTask;
        var syncedTo = 0L;
        try
        {
            for (long offset = 0; offset < bodyBytes;)
            {
                cancellation.ThrowIfCancellationRequested();
                var length = (int)Math.Min(ChunkBytes, bodyBytes - offset);
                if (source.Read(offset, chunk.AsSpan(0, length)) < length)
                {
                    throw new OfflineException($"read {source.Path}: the file became shorter while it was read");
                }

                target.Write(offset, chunk.AsSpan(0, length));
                await written.WriteAsync((offset, length), cancellation);
                offset += length;
                if (offset - syncedTo >= SyncBytes && syncing.IsCompleted)
                {
                    await syncing;
                    syncedTo = offset;
                    syncing = Task.Run(target.SyncData, CancellationToken.None);
                }

                tools.Progress?.Report("copying", offset, bodyBytes);
            }
        }
        finally
        {
            await syncing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await syncing;
        written.TryComplete();
        target.SyncData();
    }

    private static async Task<byte[]?> HashAsync(IDiskFile target, ChannelReader<(long Offset, int Length)> written)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[HashChunkBytes];
        await foreach (var (offset, length) in written.ReadAllAsync())
        {
            for (var done = 0; done < length;)
            {
                var read = target.Read(offset + done, buffer.AsSpan(0, Math.Min(HashChunkBytes, length - done)));
                hash.AppendData(buffer, 0, read);
                done += read;
                if (read == 0)
                {
                    throw new IOException($"read {target.Path}: what was written is not there");
                }
            }
        }

        return hash.GetHashAndReset();
    }

    private static async Task<byte[]?> DrainAsync(ChannelReader<(long Offset, int Length)> written)
    {
        await foreach (var _ in written.ReadAllAsync())
        {
            // Nobody asked for the hash.
        }

        return null;
    }

    private static void Compare(IDiskFile source, long bodyBytes, byte[] found)
    {
        var expected = new byte[SHA256.HashSizeInBytes];
        source.Read(bodyBytes, expected);
        if (!expected.AsSpan().SequenceEqual(found))
        {
            throw new OfflineException($"expected sha256 {Listed(expected)}, got {Listed(found)}");
        }
    }

    private static string Listed(byte[] bytes) => $"[{string.Join(' ', bytes)}]";
}
