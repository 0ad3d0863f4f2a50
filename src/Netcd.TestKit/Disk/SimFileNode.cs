using Netcd.Disk;

namespace Netcd.TestKit.Disk;

/// <summary>A file: what programs see, what is safe on disk, and the changes between the two in order.</summary>
internal sealed class SimFileNode : SimNode
{
    private const int SectorBytes = 512;

    private readonly SparseBytes _synced;
    private readonly List<PendingChange> _pending = [];
    private readonly Dictionary<DiskLock, SimDiskFile> _locks = [];
    private readonly HashSet<SimDiskFile> _sharers = [];

    internal SimFileNode()
        : this(new SparseBytes())
    {
    }

    private SimFileNode(SparseBytes synced)
    {
        _synced = synced;
        Content = synced.Clone();
    }

    internal SparseBytes Content { get; }

    internal void Write(long offset, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return;
        }

        if (offset + data.Length > Content.Length)
        {
            _pending.Add(PendingChange.NewLength(offset + data.Length));
        }

        _pending.Add(PendingChange.Write(offset, data));
        Content.Write(offset, data);
    }

    internal void SetLength(long length)
    {
        _pending.Add(PendingChange.NewLength(length));
        Content.SetLength(length);
    }

    internal void Sync()
    {
        Apply(_synced, CutChoice.Everything);
        _pending.Clear();
    }

    /// <summary>
    /// A failed sync: as Linux does, the dirty pages become clean without having reached the disk, so no later sync
    /// writes them.
    /// </summary>
    internal void LoseUnsynced() => _pending.Clear();

    internal bool TryLock(DiskLock kind, SimDiskFile holder)
    {
        if (kind == DiskLock.SharedFlock)
        {
            if (_locks.ContainsKey(DiskLock.Flock))
            {
                return false;
            }

            _sharers.Add(holder);
            return true;
        }

        if (_locks.TryGetValue(kind, out var present))
        {
            return ReferenceEquals(present, holder);
        }

        if (kind == DiskLock.Flock && _sharers.Any(sharer => !ReferenceEquals(sharer, holder)))
        {
            return false;
        }

        _locks[kind] = holder;
        return true;
    }

    internal void Unlock(DiskLock kind, SimDiskFile holder)
    {
        if (kind == DiskLock.SharedFlock)
        {
            _sharers.Remove(holder);
        }
        else if (_locks.TryGetValue(kind, out var present) && ReferenceEquals(present, holder))
        {
            _locks.Remove(kind);
        }
    }

    protected override SimNode MakeSurvivor(CutChoice choice, Dictionary<SimNode, SimNode> survivors)
    {
        var synced = _synced.Clone();
        Apply(synced, choice);
        return new SimFileNode(synced);
    }

    // Lengths are metadata and survive in order; each sector of each write survives on its own, later ones over
    // earlier ones, so any version of a sector since the sync may be what is left.
    private void Apply(SparseBytes target, CutChoice choice)
    {
        var lengths = choice.Prefix(_pending.Count(change => change.IsLength));
        var zeros = new byte[SectorBytes];
        foreach (var change in _pending)
        {
            if (change.IsLength)
            {
                if (lengths-- > 0)
                {
                    target.SetLength(change.Offset);
                }

                continue;
            }

            for (var done = 0; done < change.Length;)
            {
                var offset = change.Offset + done;
                var count = (int)Math.Min(change.Length - done, SectorBytes - (offset % SectorBytes));
                if (choice.Keep())
                {
                    var data = change.Data is null ? zeros.AsSpan(0, count) : change.Data.AsSpan(done, count);
                    target.Write(offset, data, target.Length);
                }

                done += count;
            }
        }
    }
}
