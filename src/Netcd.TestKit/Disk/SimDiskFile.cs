using Netcd.Disk;

namespace Netcd.TestKit.Disk;

/// <summary>An open file of <see cref="SimDisk"/>.</summary>
internal sealed class SimDiskFile(SimDisk disk, string path, SimFileNode node, bool writable) : IDiskFile
{
    private bool _closed;

    public string Path { get; } = path;

    public long Length
    {
        get
        {
            lock (disk.Gate)
            {
                return node.Content.Length;
            }
        }
    }

    public int Read(long offset, Span<byte> buffer)
    {
        lock (disk.Gate)
        {
            Enter(SimCall.Read);
            return node.Content.Read(offset, buffer);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        lock (disk.Gate)
        {
            try
            {
                Enter(SimCall.Write);
            }
            catch (IOException failure) when (failure is not PowerCutException)
            {
                node.Write(offset, data[..WrittenBeforeFailure(offset, data.Length)]);
                throw;
            }

            try
            {
                CountChange();
            }
            catch (PowerCutException)
            {
                // The call had begun: any part of it may have reached the page cache and the disk.
                node.Write(offset, data);
                throw;
            }

            node.Write(offset, data);
        }
    }

    public void SetLength(long length)
    {
        lock (disk.Gate)
        {
            EnterChange(SimCall.SetLength);
            node.SetLength(length);
        }
    }

    public void Allocate(long length)
    {
        lock (disk.Gate)
        {
            EnterChange(SimCall.Allocate);
            if (length > node.Content.Length)
            {
                node.SetLength(length);
            }
        }
    }

    public void BeginSync(long offset, long length)
    {
        // What of it reaches the disk before a sync is the crash's choice anyway.
    }

    public void SyncData()
    {
        lock (disk.Gate)
        {
            try
            {
                EnterChange(SimCall.SyncData);
            }
            catch (IOException failure) when (failure is not PowerCutException)
            {
                node.LoseUnsynced();
                throw;
            }

            node.Sync();
        }
    }

    public bool TryLock(DiskLock kind)
    {
        lock (disk.Gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return node.TryLock(kind, this);
        }
    }

    public void Unlock(DiskLock kind)
    {
        lock (disk.Gate)
        {
            node.Unlock(kind, this);
        }
    }

    public void Dispose()
    {
        lock (disk.Gate)
        {
            _closed = true;
            node.Unlock(DiskLock.Flock, this);
            node.Unlock(DiskLock.SharedFlock, this);
            node.Unlock(DiskLock.OpenFileDescription, this);
        }
    }

    internal ReadOnlySpan<byte> Slice(long offset, int length)
    {
        lock (disk.Gate)
        {
            return node.Content.Slice(offset, length);
        }
    }

    // A write that fails half-way ends at a block of the file, as the kernel copies and allocates by blocks.
    private static int WrittenBeforeFailure(long offset, int length)
    {
        const int BlockBytes = 512;
        var end = (offset + (length / 2)) / BlockBytes * BlockBytes;
        return (int)Math.Max(0, end - offset);
    }

    private void Enter(SimCall call)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        disk.Enter(call, Path);
    }

    private void EnterChange(SimCall call)
    {
        Enter(call);
        CountChange();
    }

    private void CountChange()
    {
        if (!writable)
        {
            throw new IOException($"write {Path}: bad file descriptor", 9);
        }

        disk.CountChange();
    }
}
