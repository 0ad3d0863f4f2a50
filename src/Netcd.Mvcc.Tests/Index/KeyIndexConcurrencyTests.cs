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

        public int Checks => _checks;

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
