using System.Text;
using Netcd.Base;

namespace Netcd.Mvcc.Tests;

/// <summary>Readers beside a writer and a compactor, against a history computed beforehand.</summary>
public sealed class KeyIndexConcurrencyTests
{
    private const int Keys = 5000;
    private const int Revisions = 120_000;

    [Fact]
    public void Readers_see_exactly_their_revision_while_writer_and_compaction_run()
    {
        var history = new History(seed: 11);
        var index = new KeyIndex();
        long published = 1;
        long compacted = 0;
        var failure = 0;
        var readers = new List<Thread>();
        for (var i = 0; i < 3; i++)
        {
            var random = new Prng((ulong)i + 5);
            readers.Add(new Thread(() =>
            {
                try
                {
                    while (Volatile.Read(ref published) < Revisions && Volatile.Read(ref failure) == 0)
                    {
                        var newest = Volatile.Read(ref published);
                        var at = Math.Max(newest - (random.Percent(50) ? 0 : random.Next(900)), 1);
                        history.Check(index, at, random, () => Volatile.Read(ref compacted));
                    }
                }
                catch (Exception problem) when (Interlocked.Exchange(ref failure, 1) == 0)
                {
                    history.Problem = problem;
                }
            }));
        }

        readers.ForEach(r => r.Start());
        var removed = new RemovedRevision[300];
        for (long revision = 2; revision <= Revisions && Volatile.Read(ref failure) == 0; revision++)
        {
            history.Apply(index, revision);
            Volatile.Write(ref published, revision);

            // On one processor the readers would hardly come to read.
            while (revision < Revisions && history.Checks < revision / 1000 && Volatile.Read(ref failure) == 0)
            {
                Thread.Yield();
            }

            if (revision % 500 == 0 && revision > 1000)
            {
                Volatile.Write(ref compacted, revision - 1000);
                while (index.Compact(revision - 1000, removed) == removed.Length)
                {
                }
            }
        }

        Volatile.Write(ref published, Revisions);
        readers.ForEach(r => r.Join());
        Assert.Null(history.Problem);
        Assert.True(history.Checks > 100);
    }

    /// <summary>
    /// Everything in one leaf: revision r puts key r modulo 30, and other keys between those come, go and are compacted
    /// away. So what each key was at any revision is a matter of arithmetic.
    /// </summary>
    [Fact]
    public void Readers_of_one_leaf_under_constant_change_see_no_torn_entry()
    {
        const int Stable = 30;
        const int Last = 150_000;
        var keys = Enumerable.Range(0, 2 * Stable).Select(i => Encoding.ASCII.GetBytes($"key{i:d2}")).ToArray();
        var index = new KeyIndex();
        long published = 2 * Stable;
        long compacted = 0;
        Exception? problem = null;
        for (var i = 1; i <= 2 * Stable; i++)
        {
            index.Put(keys[2 * (i % Stable)], new Revision(i, 0));
        }

        void Check(long at, byte[] key, IndexEntry entry)
        {
            var number = (((key[3] - '0') * 10) + key[4] - '0') / 2;
            var modified = at - ((at - number + Stable) % Stable);
            var created = number == 0 ? Stable : number;
            Assert.Equal(new IndexEntry(new Revision(modified, 0), created, ((modified - created) / Stable) + 1), entry);
        }

        void Read(ulong seed)
        {
            var random = new Prng(seed);
            while (Volatile.Read(ref published) < Last && Volatile.Read(ref problem) is null)
            {
                var at = Volatile.Read(ref published) - random.Next(Stable);
                var key = keys[2 * random.Next(Stable)];
                var isFound = index.TryGet(key, at, out var entry);
                var seen = new List<(byte[] Key, IndexEntry Entry)>();
                using (var cursor = index.OpenCursor([0], [0], at))
                {
                    while (cursor.MoveNext())
                    {
                        seen.Add((cursor.Key.ToArray(), cursor.Current));
                    }
                }

                // A reader may be stopped for so long that its revision is compacted.
                if (Volatile.Read(ref compacted) <= at)
                {
                    seen.RemoveAll(s => (s.Key[4] & 1) != 0);
                    Assert.True(isFound);
                    Assert.Equal(Stable, seen.Count);
                    Check(at, key, entry);
                    seen.ForEach(s => Check(at, s.Key, s.Entry));
                }
            }
        }

        var readers = Enumerable.Range(1, 2).Select(i => new Thread(() =>
        {
            try
            {
                Read((ulong)i);
            }
            catch (Exception found) when (Interlocked.CompareExchange(ref problem, found, null) is null)
            {
                // Kept for the test's thread.
            }
        })).ToList();
        readers.ForEach(r => r.Start());
        var removed = new RemovedRevision[1000];
        var writer = new Prng(9);
        for (long main = (2 * Stable) + 1; main <= Last && Volatile.Read(ref problem) is null; main++)
        {
            index.Put(keys[2 * (main % Stable)], new Revision(main, 0));
            var other = keys[(2 * writer.Next(Stable)) + 1];
            if (!index.TryTombstone(other, new Revision(main, 1), out _))
            {
                index.Put(other, new Revision(main, 1));
            }

            Volatile.Write(ref published, main);
            if (main % 10 == 0)
            {
                Volatile.Write(ref compacted, main - 100);
                index.Compact(main - 100, removed);
            }
        }

        Volatile.Write(ref published, Last);
        readers.ForEach(r => r.Join());
        Assert.Null(problem);
    }

    /// <summary>Which key changes at each revision, and what all live keys add up to.</summary>
    private sealed class History
    {
        private readonly byte[][] _keys = new byte[Keys][];
        private readonly int[] _changed = new int[Revisions + 1];
        private readonly bool[] _isPut = new bool[Revisions + 1];
        private readonly int[] _live = new int[Revisions + 1];
        private readonly ulong[] _sums = new ulong[Revisions + 1];
        private int _checks;

        public History(ulong seed)
        {
            var random = new Prng(seed);
            for (var i = 0; i < Keys; i++)
            {
                var kind = i % 3 == 0 ? "pods" : "events";
                _keys[i] = Encoding.ASCII.GetBytes($"/registry/{kind}/ns-{i % 50}/name-{i * 7919}");
                if (i % 500 == 0)
                {
                    Array.Resize(ref _keys[i], 3000);
                }
            }

            var newest = new long[Keys];
            for (var revision = 2; revision <= Revisions; revision++)
            {
                // A window of keys moves along, so that leaves fill, split, empty and merge.
                var key = (random.Next(800) + (revision / 20)) % Keys;
                _changed[revision] = key;
                _isPut[revision] = newest[key] == 0 || random.Percent(50);
                _sums[revision] = _sums[revision - 1];
                _live[revision] = _live[revision - 1];
                if (newest[key] != 0)
                {
                    _sums[revision] -= Weight(_keys[key], newest[key]);
                    _live[revision]--;
                }

                newest[key] = _isPut[revision] ? revision : 0;
                if (_isPut[revision])
                {
                    _sums[revision] += Weight(_keys[key], revision);
                    _live[revision]++;
                }
            }
        }

        public Exception? Problem { get; set; }

        public int Checks => Volatile.Read(ref _checks);

        public void Apply(KeyIndex index, long revision)
        {
            var key = _keys[_changed[revision]];
            if (_isPut[revision])
            {
                index.Put(key, new Revision(revision, 0));
            }
            else
            {
                Assert.True(index.TryTombstone(key, new Revision(revision, 0), out _));
            }
        }

        public void Check(KeyIndex index, long at, Prng random, Func<long> compacted)
        {
            var count = index.Count([], [0], at);
            ulong sum = 0;
            var walked = 0;
            using (var cursor = index.OpenCursor([], [0], at))
            {
                byte[] last = [];
                while (cursor.MoveNext())
                {
                    Assert.True(last.AsSpan().SequenceCompareTo(cursor.Key) < 0);
                    last = cursor.Key.ToArray();
                    sum += Weight(cursor.Key, cursor.Current.Modified.Main);
                    walked++;
                }
            }

            var key = random.Next(Keys);
            var found = index.TryGet(_keys[key], at, out var entry);
            if (compacted() > at)
            {
                return;
            }

            Assert.Equal(_live[at], count);
            Assert.Equal(_live[at], walked);
            Assert.Equal(_sums[at], sum);
            var changed = at;
            while (changed > Math.Max(1, at - 3000) && _changed[changed] != key)
            {
                changed--;
            }

            if (_changed[changed] == key && changed > 1)
            {
                Assert.Equal(_isPut[changed], found);
                Assert.Equal(found ? changed : 0, entry.Modified.Main);
            }

            Interlocked.Increment(ref _checks);
        }

        private static ulong Weight(ReadOnlySpan<byte> key, long revision)
        {
            var crc = Crc32C.Update((uint)revision, key);
            return (ulong)crc * 0x9E3779B97F4A7C15;
        }
    }
}
