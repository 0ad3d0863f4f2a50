using System.Security.Cryptography;
using Netcd.Disk;

namespace Netcd.Offline.Snapshots;

/// <summary>
/// Copies a snapshot without the SHA-256 at its end and checks that hash, in one pass: a chunk is hashed while it is
/// written and while what was written before goes to the disk.
/// </summary>
internal sealed class SnapshotCopier(OfflineTools tools)
{
    private const int ChunkBytes = 4 << 20;

    // Big enough that a sync costs little beside the transfer, small enough that the last one has little left to do.
    private const long SyncBytes = 64 << 20;

    // A database is whole pages, so a rest of this size is the hash. Source: hasChecksum of v3_snapshot.go.
    private const int SectorBytes = 512;

    private readonly byte[][] _chunks = [new byte[ChunkBytes], new byte[ChunkBytes]];

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

        using var hash = hasHash && !skipHashCheck ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        await CopyBodyAsync(source, target, bodyBytes, hash, cancellation);
        if (hash is not null)
        {
            Compare(source, bodyBytes, hash.GetHashAndReset());
        }
    }

    private async Task CopyBodyAsync(
        IDiskFile source, IDiskFile target, long bodyBytes, IncrementalHash? hash, CancellationToken cancellation)
    {
        var hashing = Task.CompletedTask;
        var syncing = Task.CompletedTask;
        var syncedTo = 0L;
        try
        {
            for (long offset = 0, turn = 0; offset < bodyBytes; turn++)
            {
                var chunk = _chunks[turn % 2].AsMemory(0, (int)Math.Min(ChunkBytes, bodyBytes - offset));
                if (source.Read(offset, chunk.Span) < chunk.Length)
                {
                    throw new OfflineException($"read {source.Path}: the file became shorter while it was read");
                }

                cancellation.ThrowIfCancellationRequested();

                // The other chunk's hash: its memory is read into next.
                await hashing;
                if (hash is not null)
                {
                    hashing = Task.Run(() => hash.AppendData(chunk.Span), CancellationToken.None);
                }

                target.Write(offset, chunk.Span);
                offset += chunk.Length;
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
            // Neither may outlive the file and the hash that it uses.
            await Task.WhenAll(hashing, syncing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await hashing;
        await syncing;
        target.SyncData();
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
