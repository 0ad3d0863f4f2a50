using System.Security.Cryptography;
using Netcd.Disk;

namespace Netcd.Offline.Snapshots;

/// <summary>Copies a snapshot without the SHA-256 at its end and checks that hash; all in one pass.</summary>
internal sealed class SnapshotCopier(OfflineTools tools)
{
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

        // Through the page cache: the member that is to start on it reads it soon.
        using var target = tools.Disk.Open(to, DiskOpenMode.Create);
        var bodyBytes = hasHash ? length - SHA256.HashSizeInBytes : length;
        if (bodyBytes > 0)
        {
            target.Allocate(bodyBytes);
        }

        await using var writer = new SnapshotFileWriter(
            target, isUncached: false, isHashed: hasHash && !skipHashCheck, trailerBytes: 0);
        while (writer.Length < bodyBytes)
        {
            var room = await writer.RoomAsync(cancellation);
            var count = (int)Math.Min(room.Length, bodyBytes - writer.Length);
            if (source.Read(writer.Length, room.Span[..count]) < count)
            {
                throw new OfflineException($"read {source.Path}: the file became shorter while it was read");
            }

            writer.Advance(count);
            cancellation.ThrowIfCancellationRequested();
            tools.Progress?.Invoke("copying", writer.Length, bodyBytes);
        }

        if (await writer.CompleteAsync() is var (found, _))
        {
            Compare(source, bodyBytes, found);
        }
    }

    private static void Compare(IDiskFile source, long bodyBytes, byte[] found)
    {
        var expected = new byte[SHA256.HashSizeInBytes];
        source.Read(bodyBytes, expected);
        if (!expected.AsSpan().SequenceEqual(found))
        {
            throw new OfflineException(HashMismatch.Text(expected, found));
        }
    }
}
