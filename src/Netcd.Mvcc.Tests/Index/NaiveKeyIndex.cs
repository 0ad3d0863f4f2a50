using Netcd.Base;

namespace Netcd.Mvcc.Tests;

/// <summary>
/// etcd's treeIndex as plainly as it can be written: for each key a list of generations of revisions.
/// </summary>
internal sealed class NaiveKeyIndex
{
    private readonly SortedDictionary<byte[], Key> _keys = new(ByteOrder.Instance);

    public IEnumerable<byte[]> Keys => _keys.Keys;

    public void Put(byte[] key, Revision revision)
    {
        if (!_keys.TryGetValue(key, out var found))
        {
            found = new Key();
            found.Generations.Add(new Generation());
            _keys.Add(key, found);
        }

        found.Put(revision);
    }

    public bool Tombstone(byte[] key, Revision revision)
    {
        if (!_keys.TryGetValue(key, out var found) || found.Generations[^1].Revisions.Count == 0)
        {
            return false;
        }

        found.Put(revision);
        found.Generations.Add(new Generation());
        return true;
    }

    public void Restore(byte[] key, Revision revision, bool isTombstone, long created, long version)
    {
        if (_keys.ContainsKey(key))
        {
            if (isTombstone)
            {
                Tombstone(key, revision);
            }
            else
            {
                Put(key, revision);
            }

            return;
        }

        var added = new Key();
        added.Generations.Add(isTombstone
            ? new Generation { Created = 0, Version = 1 }
            : new Generation { Created = created, Version = version });
        added.Generations[0].Revisions.Add(revision);
        if (isTombstone)
        {
            added.Generations.Add(new Generation());
        }

        _keys.Add(key, added);
    }

    public bool TryGet(byte[] key, long at, out IndexEntry entry)
    {
        entry = default;
        return _keys.TryGetValue(key, out var found) && found.TryGet(at, out entry);
    }

    public List<(byte[] Key, IndexEntry Entry)> Range(byte[] key, byte[] end, long at)
    {
        var result = new List<(byte[], IndexEntry)>();
        foreach (var (candidate, history) in _keys)
        {
            if (IsWithin(candidate, key, end) && history.TryGet(at, out var entry))
            {
                result.Add((candidate, entry));
            }
        }

        return result;
    }

    /// <summary>etcd's Compact: drops what it drops and returns the keep set.</summary>
    public HashSet<Revision> Compact(long at)
    {
        var keep = new HashSet<Revision>();
        foreach (var (key, history) in _keys.ToList())
        {
            if (history.Compact(at, keep))
            {
                _keys.Remove(key);
            }
        }

        return keep;
    }

    /// <summary>etcd's Keep: the same without change and without tombstones.</summary>
    public HashSet<Revision> Keep(long at)
    {
        var keep = new HashSet<Revision>();
        foreach (var history in _keys.Values)
        {
            history.Keep(at, keep);
        }

        return keep;
    }

    public static bool IsWithin(byte[] candidate, byte[] key, byte[] end)
    {
        if (end.Length == 0)
        {
            return candidate.AsSpan().SequenceEqual(key);
        }

        return candidate.AsSpan().SequenceCompareTo(key) >= 0
            && (end is [0] || candidate.AsSpan().SequenceCompareTo(end) < 0);
    }

    private sealed class Generation
    {
        public long Created { get; set; }

        public long Version { get; set; }

        public List<Revision> Revisions { get; } = [];
    }

    private sealed class Key
    {
        public List<Generation> Generations { get; private set; } = [];

        public void Put(Revision revision)
        {
            var last = Generations[^1];
            if (last.Revisions.Count == 0)
            {
                last.Created = revision.Main;
            }

            last.Revisions.Add(revision);
            last.Version++;
        }

        public bool TryGet(long at, out IndexEntry entry)
        {
            entry = default;
            for (var g = Generations.Count - 1; g >= 0; g--)
            {
                var generation = Generations[g];
                if (generation.Revisions.Count == 0)
                {
                    continue;
                }

                if (g != Generations.Count - 1 && generation.Revisions[^1].Main <= at)
                {
                    return false;
                }

                if (generation.Revisions[0].Main > at)
                {
                    continue;
                }

                var index = generation.Revisions.FindLastIndex(r => r.Main <= at);
                var version = generation.Version - (generation.Revisions.Count - index - 1);
                entry = new IndexEntry(generation.Revisions[index], generation.Created, version);
                return true;
            }

            return false;
        }

        public bool Compact(long at, HashSet<Revision> keep)
        {
            var (chosen, index) = Choose(at, keep);
            if (index > 0)
            {
                Generations[chosen].Revisions.RemoveRange(0, index);
            }

            Generations = Generations[chosen..];
            return Generations.Count == 1 && Generations[0].Revisions.Count == 0;
        }

        public void Keep(long at, HashSet<Revision> keep)
        {
            var (chosen, index) = Choose(at, keep);
            var revisions = Generations[chosen].Revisions;
            if (revisions.Count > 0 && index == revisions.Count - 1 && chosen != Generations.Count - 1)
            {
                keep.Remove(revisions[index]);
            }
        }

        private (int Generation, int Index) Choose(long at, HashSet<Revision> keep)
        {
            var chosen = 0;
            while (chosen < Generations.Count - 1 && Generations[chosen].Revisions[^1].Main < at)
            {
                chosen++;
            }

            var revisions = Generations[chosen].Revisions;
            var index = revisions.FindLastIndex(r => r.Main <= at);
            if (index >= 0)
            {
                keep.Add(revisions[index]);
            }

            return (chosen, index);
        }
    }
}
