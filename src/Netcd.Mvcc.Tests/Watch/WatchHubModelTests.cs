using Netcd.Base;

namespace Netcd.Mvcc.Tests;

/// <summary>
/// Random watchers, writes, compactions, slow streams and snapshots: every watcher gets each event that concerns it
/// exactly once and in order, or is told that its history is compacted.
/// </summary>
public sealed class WatchHubModelTests
{
    public static TheoryData<ulong, int> Cases()
    {
        var cases = new TheoryData<ulong, int>();
        for (ulong seed = 1; seed <= 60; seed++)
        {
            // A queue that takes everything, one that soon is full, and one that takes nothing.
            cases.Add(seed, (seed % 3) switch { 0 => 32 << 20, 1 => 0, _ => -1 });
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_watcher_gets_every_event_once_in_order_or_a_compaction_cancel(ulong seed, int recentBytesMax)
    {
        using var run = new Run(seed, recentBytesMax);
        for (var i = 0; i < 3000; i++)
        {
            run.Step();
        }

        run.Finish();
    }

    private sealed class Run(ulong seed, int recentBytesMax) : IDisposable
    {
        private readonly WatchFixture _fixture = new(
            new WatchOptions { RecentBytesMax = recentBytesMax, FragmentLimitBytes = 300, Seed = seed });

        private readonly Prng _random = new(seed);
        private readonly List<Stream> _streams = [];
        private readonly int _keys = 3 + (int)(seed % 7 * 5);

        public void Dispose() => _fixture.Dispose();

        public void Step()
        {
            switch (_random.Next(100))
            {
                case < 45:
                    Write();
                    break;
                case < 50:
                    OpenOrClose();
                    break;
                case < 62 when _streams.Count > 0:
                    Any().Create(_random, _fixture.History, _keys);
                    break;
                case < 65 when _streams.Count > 0:
                    Any().Cancel(_random);
                    break;
                case < 70 when _streams.Count > 0:
                    Any().Calls.RequestProgress();
                    break;
                case < 85 when _streams.Count > 0:
                    Any().MakeRoom(_random);
                    break;
                case < 86:
                    Compact();
                    break;
                case < 87:
                    Snapshot();
                    break;
                default:
                    Pump();
                    break;
            }
        }

        public void Finish()
        {
            _fixture.Hub.Publish(_fixture.History.CurrentRevision);
            Pump();
            while (_streams.Any(s => s.Sink.HasRefused))
            {
                _streams.ForEach(s => s.Open());
                Pump();
            }

            Assert.Equal(0, _fixture.Hub.SlowWatcherCount);
            Assert.NotEmpty(_streams.SelectMany(s => s.All));
            foreach (var watcher in _streams.SelectMany(s => s.All))
            {
                watcher.CheckComplete(_fixture.History.Events);
            }
        }

        private Stream Any() => _streams[_random.Next(_streams.Count)];

        private void Pump()
        {
            _fixture.Hub.RunOnce();
            _streams.ForEach(s => s.Take());
        }

        private void Write()
        {
            var count = _random.Percent(20) ? _random.Next(1, 12) : 1;
            var changes = new List<(string, string?)>();
            foreach (var key in Enumerable.Range(0, count).Select(_ => $"k{_random.Next(_keys):d2}").Distinct())
            {
                changes.Add((key, _random.Percent(70) ? new string('v', _random.Next(80)) : null));
            }

            if (_random.Percent(70))
            {
                _fixture.Write([.. changes]);
            }
            else
            {
                _fixture.WriteUnpublished([.. changes]);
                if (_random.Percent(50))
                {
                    _fixture.History.Shown = _fixture.History.CurrentRevision;
                }
            }
        }

        private void Compact()
        {
            var history = _fixture.History;
            var at = history.CurrentRevision - _random.Next(60);
            if (at > Math.Max(1, history.CompactRevision))
            {
                _fixture.Hub.Publish(history.CurrentRevision);
                history.Compact(at);
                _streams.ForEach(s => s.All.ForEach(w => w.Compacted = at));
            }
        }

        private void Snapshot()
        {
            for (var i = 0; i < 5; i++)
            {
                _fixture.History.Write(($"k{_random.Next(_keys):d2}", "from the leader"));
            }

            _fixture.Hub.Reset(_fixture.History.CurrentRevision);
        }

        private void OpenOrClose()
        {
            if (_streams.Count < 4)
            {
                var calls = _fixture.Open(out var sink);
                _streams.Add(new Stream(calls, sink));
            }
            else if (_random.Percent(20))
            {
                var closed = Any();
                closed.Calls.Close();
                _streams.Remove(closed);
            }
        }
    }

    private sealed class Stream(WatchStream calls, TestSink sink)
    {
        private readonly Queue<SeenWatcher> _asked = new();
        private readonly Dictionary<long, SeenWatcher> _live = [];

        public WatchStream Calls { get; } = calls;

        public TestSink Sink { get; } = sink;

        public List<SeenWatcher> All { get; } = [];

        public void Create(Prng random, FakeHistory history, int keys)
        {
            var key = $"k{random.Next(keys):d2}";
            var end = random.Next(4) switch { 0 => "\0", 1 => $"k{random.Next(keys + 1):d2}", _ => string.Empty };
            var start = random.Percent(50) ? 0 : Math.Max(1, history.CurrentRevision + 20 - random.Next(150));
            var asked = new SeenWatcher(key, end, start, (WatchFilters)random.Next(4), random.Percent(50));
            _asked.Enqueue(asked);
            Calls.Create(new WatchRequest
            {
                Key = WatchFixture.Bytes(key),
                RangeEnd = WatchFixture.Bytes(end),
                StartRevision = start,
                Filters = asked.Filters,
                PrevKv = asked.PrevKv,
                Fragment = random.Percent(50),
            });
        }

        public void Cancel(Prng random)
        {
            if (_live.Count > 0)
            {
                Calls.Cancel(_live.Keys.ElementAt(random.Next(_live.Count)));
            }
        }

        public void MakeRoom(Prng random)
        {
            Sink.Room = random.Percent(40) ? int.MaxValue : random.Next(6);
            if (Sink.HasRefused)
            {
                Sink.HasRefused = false;
                Calls.OnWritable();
            }
        }

        public void Open()
        {
            Sink.Room = int.MaxValue;
            Sink.HasRefused = false;
            Calls.OnWritable();
        }

        public void Take()
        {
            foreach (var response in Sink.Take())
            {
                if (response.Created)
                {
                    Created(response);
                }
                else if (response.WatchId == -1)
                {
                    // Progress of the whole stream: nothing at or below it may come any more.
                    foreach (var watcher in _live.Values)
                    {
                        watcher.Progress(response.Revision);
                    }
                }
                else
                {
                    Assert.True(_live.TryGetValue(response.WatchId, out var watcher), "response for an unknown id");
                    watcher.Take(response);
                    if (response.Canceled && response.CompactRevision == 0)
                    {
                        _live.Remove(response.WatchId);
                    }
                }
            }
        }

        private void Created(SeenResponse response)
        {
            var asked = _asked.Dequeue();
            if (response.Canceled)
            {
                Assert.Equal(-1, response.WatchId);
                Assert.Equal("mvcc: watcher range is empty", response.Reason);
                return;
            }

            asked.CreatedAt(response.Revision);
            _live.Add(response.WatchId, asked);
            All.Add(asked);
        }
    }

    private sealed class SeenWatcher(string key, string end, long start, WatchFilters filters, bool prevKv)
    {
        private readonly List<SeenEvent> _events = [];
        private long _from = start;
        private long _lastRevision;
        private long _progress;
        private bool _inFragments;
        private bool _isCanceled;
        private long _compactCancel;

        public WatchFilters Filters => filters;

        public bool PrevKv => prevKv;

        public long Compacted { get; set; }

        public void CreatedAt(long revision) => _from = _from == 0 ? revision + 1 : _from;

        public void Progress(long revision)
        {
            Assert.True(revision >= _from - 1, "progress below the start");
            _progress = revision;
        }

        public void Take(SeenResponse response)
        {
            Assert.False(_isCanceled);
            if (response.Canceled)
            {
                Assert.Empty(response.Events);
                _isCanceled = response.CompactRevision == 0;
                _compactCancel = response.CompactRevision;
                return;
            }

            Assert.Equal(0, _compactCancel);
            Assert.NotEmpty(response.Events);
            Assert.True(response.Events.Count == 1 || !response.Fragment || response.Bytes < 300, "fragment too long");
            foreach (var seen in response.Events)
            {
                Assert.True(seen.ModRevision > _progress, "event at or below a progress notification");
                Assert.True(seen.ModRevision <= response.Revision);
            }

            // A revision is in one response, or in fragments of one.
            Assert.True(_inFragments || response.Events[0].ModRevision > _lastRevision, "revision split");
            _events.AddRange(response.Events);
            _lastRevision = _events[^1].ModRevision;
            _inFragments = response.Fragment;
        }

        public void CheckComplete(List<SeenEvent> happened)
        {
            Assert.False(_inFragments);
            var expected = happened.Where(Concerns).ToList();
            if (_isCanceled || _compactCancel != 0)
            {
                var missed = expected.Skip(_events.Count).ToList();
                Assert.True(_compactCancel == 0 || _isCanceled || _lastRevision < _compactCancel);
                Assert.True(missed.Count == 0 || missed[0].ModRevision > _lastRevision);
                expected = expected[.._events.Count];
            }

            for (var i = 0; i < expected.Count && i < _events.Count; i++)
            {
                // What was compacted before it was sent has lost its previous value.
                var isLost = prevKv && _events[i].Previous is null && expected[i].ModRevision - 1 < Compacted;
                Assert.Equal(prevKv && !isLost ? expected[i] : expected[i] with { Previous = null }, _events[i]);
            }

            Assert.Equal(expected.Count, _events.Count);
        }

        private bool Concerns(SeenEvent happened) =>
            happened.ModRevision >= _from
            && (filters & (happened.IsDelete ? WatchFilters.NoDelete : WatchFilters.NoPut)) == WatchFilters.None
            && NaiveKeyIndex.IsWithin(
                WatchFixture.Bytes(happened.Key), WatchFixture.Bytes(key), WatchFixture.Bytes(end));
    }
}
