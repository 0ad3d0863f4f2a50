using Netcd.Base;

namespace Netcd.Mvcc.Tests;

/// <summary>The index against the naive model, on random histories of every shape of key.</summary>
public sealed class KeyIndexModelTests
{
    public static TheoryData<KeyShape, ulong> Cases()
    {
        var cases = new TheoryData<KeyShape, ulong>();
        foreach (var shape in Enum.GetValues<KeyShape>())
        {
            for (ulong seed = 1; seed <= 6; seed++)
            {
                cases.Add(shape, seed);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Random_history_answers_like_the_naive_model(KeyShape shape, ulong seed)
    {
        var run = new Run(shape, seed);
        var steps = shape is KeyShape.Huge or KeyShape.LongPrefix ? 1500 : 6000;
        for (var i = 0; i < steps; i++)
        {
            run.Step();
        }

        run.CheckAll();
        run.CompactAway();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Restored_index_equals_the_one_that_was_written(KeyShape shape, ulong seed)
    {
        var run = new Run(shape, seed);
        for (var i = 0; i < 1500; i++)
        {
            run.Step();
        }

        run.Restore();
        for (var i = 0; i < 500; i++)
        {
            run.Step();
        }

        run.CheckAll();
        run.CompactAway();
    }

    private sealed class Run(KeyShape shape, ulong seed)
    {
        private readonly Prng _random = new(seed);
        private readonly int _distinct = (int)(20 * Math.Pow(3, seed % 6));
        private readonly SortedDictionary<Revision, Record> _records = [];
        private NaiveKeyIndex _model = new();
        private KeyIndex _index = new();
        private long _current = 1;
        private long _compacted;

        public void Step()
        {
            switch (_random.Next(100))
            {
                case < 82:
                    Transaction();
                    break;
                case < 90:
                    CheckRange();
                    break;
                case < 98:
                    CheckKey(KeyShapes.Next(_random, shape, _distinct), Revision());
                    break;
                default:
                    Compact(_random.Percent(70) ? Math.Max(_compacted + 1, _current - _random.Next(200)) : _current);
                    break;
            }
        }

        public void CheckAll()
        {
            var step = Math.Max(1, (int)(_current / 10));
            for (var at = Math.Max(_compacted, 1); at <= _current; at += 1 + _random.Next(step))
            {
                CheckRange([], [0], at);
                CheckKept(at);
            }

            CheckRange([], [0], _current);
            Assert.Equal(_model.Range([], [0], _current).Count, _index.LiveCount);
        }

        public void CompactAway()
        {
            foreach (var (key, _) in _model.Range([], [0], _current))
            {
                var revision = new Revision(++_current, 0);
                Assert.True(_index.TryTombstone(key, revision, out _));
                _model.Tombstone(key, revision);
                _records.Add(revision, new Record(key, IsTombstone: true, 0, 0));
            }

            Compact(_current++);
            Compact(_current);
            Assert.Empty(_model.Keys);
            Assert.Equal(0, _index.LiveCount);
            Assert.Equal(0, _index.Count([], [0], _current));
            Assert.Equal(KeyPage.SizeBytes, _index.TreeBytes);
        }

        public void Restore()
        {
            _index = new KeyIndex();
            _model = new NaiveKeyIndex();
            foreach (var (revision, record) in _records)
            {
                _index.Restore(record.Key, revision, record.IsTombstone, record.CreateRevision, record.Version);
                _model.Restore(record.Key, revision, record.IsTombstone, record.CreateRevision, record.Version);
            }
        }

        private void Transaction()
        {
            var main = _current + 1;
            var sub = 0;
            var used = new HashSet<string>();
            for (var i = _random.Next(1, _random.Percent(10) ? 20 : 2); i > 0; i--)
            {
                var key = KeyShapes.Next(_random, shape, _distinct);
                if (!used.Add(Convert.ToHexString(key)))
                {
                    continue;
                }

                var revision = new Revision(main, sub);
                var existed = _model.TryGet(key, long.MaxValue, out var before);
                if (_random.Percent(65))
                {
                    var outcome = _index.Put(key, revision);
                    _model.Put(key, revision);
                    Assert.True(_model.TryGet(key, main, out var after));
                    Assert.Equal(new PutOutcome(after, before, existed), outcome);
                    _records.Add(revision, new Record(key, IsTombstone: false, after.CreateRevision, after.Version));
                    sub++;
                }
                else
                {
                    Assert.Equal(_model.Tombstone(key, revision), _index.TryTombstone(key, revision, out var previous));
                    Assert.Equal(before, previous);
                    if (existed)
                    {
                        _records.Add(revision, new Record(key, IsTombstone: true, 0, 0));
                        sub++;
                    }
                }

                if (_random.Percent(5))
                {
                    CheckRange();
                }
            }

            _current += sub > 0 ? 1 : 0;
        }

        private void Compact(long at)
        {
            if (at > _current || at <= _compacted)
            {
                return;
            }

            var keep = _model.Compact(at);
            var expected = _records.Where(r => r.Key.Main <= at && !keep.Contains(r.Key)).ToList();
            var removed = new List<RemovedRevision>();
            var buffer = new RemovedRevision[_random.Next(1, 400)];
            int count;
            do
            {
                count = _index.Compact(at, buffer);
                Assert.Equal(buffer[..count].Order(), buffer[..count]);
                removed.AddRange(buffer[..count]);
            }
            while (count == buffer.Length);

            Assert.Equal(
                expected.Select(r => new RemovedRevision(r.Key, r.Value.IsTombstone)),
                removed.Order());
            removed.ForEach(r => _records.Remove(r.Revision));
            _compacted = at;
        }

        private void CheckKept(long at)
        {
            var notKept = new HashSet<Revision>();
            _index.CollectNotKept(at, _compacted, notKept);
            var keep = _model.Keep(at);
            var expected = _records.Keys.Where(r => r.Main <= Math.Min(_compacted, at) && !keep.Contains(r));
            Assert.Equal(expected, notKept.Order());
            Assert.Equal(keep.Count, _index.Count([], [0], at));
        }

        private long Revision() => _random.Percent(50)
            ? _current
            : Math.Max(_compacted, 1) + _random.Next((int)(_current - Math.Max(_compacted, 1) + 1));

        private void CheckRange()
        {
            var key = KeyShapes.Next(_random, shape, _distinct);
            byte[] end = _random.Next(4) switch
            {
                0 => [],
                1 => [0],
                _ => KeyShapes.Next(_random, shape, _distinct),
            };
            CheckRange(key, end, Revision());
        }

        private void CheckRange(byte[] key, byte[] end, long at)
        {
            var expected = _model.Range(key, end, at);
            Assert.Equal(expected.Count, _index.Count(key, end, at));
            using var cursor = _index.OpenCursor(key, end, at);
            foreach (var (expectedKey, entry) in expected)
            {
                Assert.True(cursor.MoveNext());
                Assert.Equal(expectedKey, cursor.Key);
                Assert.Equal(entry, cursor.Current);
            }

            Assert.False(cursor.MoveNext());
        }

        private void CheckKey(byte[] key, long at)
        {
            Assert.Equal(_model.TryGet(key, at, out var expected), _index.TryGet(key, at, out var actual));
            Assert.Equal(expected, actual);
        }
    }

    private sealed record Record(byte[] Key, bool IsTombstone, long CreateRevision, long Version);
}
