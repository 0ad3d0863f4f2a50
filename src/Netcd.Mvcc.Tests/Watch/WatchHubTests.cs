namespace Netcd.Mvcc.Tests;

/// <summary>
/// The rules of a watch stream, one by one (etcd's server/storage/mvcc/watchable_store.go and v3rpc/watch.go).
/// </summary>
public sealed class WatchHubTests : IDisposable
{
    private readonly WatchFixture _fixture = new();
    private readonly WatchStream _stream;
    private readonly TestSink _sink;

    public WatchHubTests() => _stream = _fixture.Open(out _sink);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Watcher_from_now_is_acknowledged_and_gets_later_events()
    {
        _fixture.Write(("a", "0"));
        Create("a");
        var created = Assert.Single(Run());
        _fixture.Write(("a", "1"));
        _fixture.Write(("b", "1"));
        _fixture.Write(("a", null));

        Assert.True(created.Created);
        Assert.Equal((0xc1UL, 0x3eUL, 2L, 7UL), (created.ClusterId, created.MemberId, created.Revision, created.Term));
        Assert.Equal([3L, 5], Run().Select(r => r.Revision));
    }

    [Fact]
    public void Events_carry_the_stored_value_and_a_deletion_only_key_and_revision()
    {
        Create("a", prevKv: true);
        Run();
        _fixture.Write(("a", "1"));
        _fixture.Write(("a", "2"));
        _fixture.Write(("a", null));

        var seen = Run();
        Assert.Equal([2, 3, 4], seen.Select(r => r.Revision));
        Assert.Equal(
            [
                new SeenEvent(false, "a", 2, 2, 1, "1", null),
                new SeenEvent(false, "a", 2, 3, 2, "2", "1"),
                new SeenEvent(true, "a", 0, 4, 0, string.Empty, "2"),
            ],
            seen.SelectMany(r => r.Events));
    }

    [Fact]
    public void Previous_value_is_left_out_once_it_is_compacted()
    {
        _fixture.Write(("a", "1"));
        _fixture.Write(("a", "2"));
        _fixture.Write(("b", "1"));
        _fixture.History.Compact(3);
        Create("a", start: 3, prevKv: true);

        Assert.Equal([new SeenEvent(false, "a", 2, 3, 2, "2", null)], Run().SelectMany(r => r.Events));
    }

    [Fact]
    public void Ids_are_counted_up_and_a_taken_one_is_refused()
    {
        Create("a");
        Create("a", id: 1);
        Create("a");
        Create("a", id: 1);
        _stream.Cancel(1);
        Create("a", id: 1);

        Assert.Equal(
            [
                (0, true, false, ""),
                (1, true, false, ""),
                (2, true, false, ""),
                (-1, true, true, "mvcc: duplicate watch ID provided on the WatchStream"),
                (1, false, true, ""),
                (1, true, false, ""),
            ],
            Run().Select(r => (r.WatchId, r.Created, r.Canceled, r.Reason)));
    }

    [Theory]
    [InlineData("b", "a")]
    [InlineData("b", "b")]
    public void Empty_range_is_refused(string key, string end)
    {
        Create(key, end);

        var refused = Assert.Single(Run());
        Assert.Equal(
            (-1, true, true, "mvcc: watcher range is empty"),
            (refused.WatchId, refused.Created, refused.Canceled, refused.Reason));
        Assert.Equal(1, refused.Revision);
    }

    [Fact]
    public void Negative_start_and_refusals_of_the_caller_are_answered_without_ending_the_stream()
    {
        Create("a", start: -1);
        _stream.Refuse("no");
        Create("a");

        Assert.Equal(
            [(-1L, "etcdserver: mvcc: required revision has been compacted"), (-1, "no"), (0, "")],
            Run().Select(r => (r.WatchId, r.Reason)));
    }

    [Fact]
    public void Requests_wait_until_they_are_carried_out_and_their_answers_until_they_are_taken()
    {
        _sink.Room = 1;
        Create("a");
        Create("b");
        _stream.Refuse("no");
        _stream.Cancel(0);
        _stream.Cancel(7);
        _stream.RequestProgress();
        Assert.Equal(6, _stream.Waiting);

        // One answer was taken; an unknown id gets none, nor does progress while the stream is blocked.
        Run();
        Assert.Equal(3, _stream.Waiting);

        _sink.Room = int.MaxValue;
        _stream.OnWritable();
        Run();
        Assert.Equal(0, _stream.Waiting);
    }

    [Theory]
    [InlineData("a", "", "a")]
    [InlineData("a", "c", "a,b")]
    [InlineData("b", "\0", "b,c")]
    [InlineData("", "\0", "\0,a,b,c")]
    [InlineData("", "", "\0")]
    public void Range_ends_follow_etcds_rules(string key, string end, string expected)
    {
        Create(key, end);
        Run();
        _fixture.Write(("\0", "v"), ("a", "v"), ("b", "v"), ("c", "v"));

        Assert.Equal(expected, string.Join(',', Run().SelectMany(r => r.Events).Select(e => e.Key)));
    }

    [Fact]
    public void All_events_of_a_revision_come_in_one_response_in_order()
    {
        Create("a", "z");
        Create("b");
        Run();
        _fixture.Write(("c", "1"), ("b", "2"), ("a", "3"));

        var seen = Run().ToDictionary(r => r.WatchId);
        Assert.Equal(["c", "b", "a"], seen[0].Events.Select(e => e.Key));
        Assert.Equal(["b"], seen[1].Events.Select(e => e.Key));
    }

    [Fact]
    public void History_is_replayed_from_the_start_revision_then_new_events_follow_once()
    {
        for (var i = 2; i <= 2500; i++)
        {
            _fixture.Write(("a", $"{i}"));
        }

        Create("a", start: 3);
        _fixture.Write(("a", "2501"));
        var seen = Run();
        _fixture.Write(("a", "2502"));
        seen.AddRange(Run());

        var revisions = seen.SelectMany(r => r.Events).Select(e => e.ModRevision);
        Assert.Equal(Enumerable.Range(3, 2500).Select(i => (long)i), revisions);
        Assert.All(seen, r => Assert.InRange(r.Events.Count, 0, 1000));
        Assert.Equal(0, _fixture.Hub.SlowWatcherCount);
    }

    [Fact]
    public void Watch_in_the_future_gets_nothing_before_its_start()
    {
        Create("a", start: 4);
        _fixture.Write(("a", "2"));
        _stream.RequestProgress();
        _fixture.Write(("a", "3"));
        Assert.Empty(Run().SelectMany(r => r.Events));
        _fixture.Write(("a", "4"));
        _stream.RequestProgress();

        var seen = Run();
        Assert.Equal([4L], seen.SelectMany(r => r.Events).Select(e => e.ModRevision));
        Assert.Equal((-1, 4), (seen[^1].WatchId, seen[^1].Revision));
    }

    [Fact]
    public void Watcher_below_the_compaction_is_acknowledged_and_then_told_with_revision_zero()
    {
        for (var i = 0; i < 5; i++)
        {
            _fixture.Write(("a", $"{i}"));
        }

        _fixture.History.Compact(5);
        Create("a", start: 4);
        Create("a", start: 5);
        _stream.RequestProgress();
        var seen = Run();

        Assert.Equal([0L, 1], seen.Where(r => r.Created).Select(r => r.WatchId));
        var canceled = Assert.Single(seen, r => r.Canceled);
        Assert.Equal(
            (0, 5, 0, false, ""),
            (canceled.WatchId, canceled.CompactRevision, canceled.Revision, canceled.Created, canceled.Reason));
        Assert.Equal([5L, 6], seen.SelectMany(r => r.Events).Select(e => e.ModRevision));

        _stream.RequestProgress();
        Create("b", id: 0);
        Assert.Equal([2L], Run().Select(r => r.WatchId));
        _stream.Cancel(0);
        _stream.RequestProgress();
        Assert.Equal([(0L, true), (-1, false)], Run().Select(r => (r.WatchId, r.Canceled)));
    }

    [Fact]
    public void Tombstone_at_the_compacted_revision_is_replayed()
    {
        _fixture.Write(("a", "1"));
        _fixture.Write(("a", null));
        _fixture.Write(("b", "1"));
        _fixture.History.Compact(3);
        Create("a", start: 3);

        Assert.Equal([new SeenEvent(true, "a", 0, 3, 0, string.Empty, null)], Run().SelectMany(r => r.Events));
    }

    [Fact]
    public void Canceled_watcher_gets_no_more_and_an_unknown_one_no_answer()
    {
        Create("a");
        _stream.Cancel(7);
        _stream.Cancel(0);
        _stream.Cancel(0);
        _fixture.Write(("a", "1"));

        var seen = Run();
        Assert.Equal([(true, false), (false, true)], seen.Select(r => (r.Created, r.Canceled)));
        Assert.Equal(0, _fixture.Hub.WatcherCount);
    }

    [Theory]
    [InlineData(WatchFilters.None, "P2,P3,D4,P5")]
    [InlineData(WatchFilters.NoPut, "D4")]
    [InlineData(WatchFilters.NoDelete, "P2,P3,P5")]
    [InlineData(WatchFilters.NoPut | WatchFilters.NoDelete, "")]
    public void Filters_drop_events_and_responses_without_events(WatchFilters filters, string expected)
    {
        _stream.Create(new WatchRequest { Key = "a"u8, Filters = filters });
        Run();
        _fixture.Write(("a", "1"));
        _fixture.Write(("a", "2"));
        _fixture.Write(("a", null));
        _fixture.Write(("a", "3"));
        var live = Run();
        _stream.Create(new WatchRequest { Key = "a"u8, Filters = filters, StartRevision = 2 });
        var replayed = Run().Skip(1).ToList();

        foreach (var responses in new[] { live, replayed })
        {
            Assert.All(responses, r => Assert.NotEmpty(r.Events));
            var events = responses.SelectMany(r => r.Events).Select(e => $"{(e.IsDelete ? 'D' : 'P')}{e.ModRevision}");
            Assert.Equal(expected, string.Join(',', events));
        }
    }

    [Fact]
    public void Progress_request_follows_the_events_and_is_dropped_without_watchers()
    {
        _stream.RequestProgress();
        Assert.Empty(Run());
        Create("a");
        Run();
        _fixture.Write(("a", "1"));
        _fixture.Write(("b", "1"));
        _stream.RequestProgress();

        Assert.Equal([(0L, 2L, 1), (-1, 3, 0)], Run().Select(r => (r.WatchId, r.Revision, r.Events.Count)));
    }

    [Fact]
    public void Progress_request_on_a_full_stream_is_dropped()
    {
        Create("a");
        Run();
        _sink.Room = 0;
        _fixture.Write(("a", "1"));
        Run();
        _stream.RequestProgress();
        Run();
        _sink.Room = int.MaxValue;
        _stream.OnWritable();

        Assert.Equal([1], Run().Select(r => r.Events.Count));
    }

    [Fact]
    public void Idle_watcher_that_asked_for_it_is_notified_of_progress()
    {
        _stream.Create(new WatchRequest { Key = "a"u8, ProgressNotify = true });
        _stream.Create(new WatchRequest { Key = "b"u8, ProgressNotify = true });
        Create("c");
        Run();
        _fixture.Write(("b", "1"));
        Assert.Single(Run());
        _fixture.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal([(0L, 2L)], Run().Select(r => (r.WatchId, r.Revision)));
        _fixture.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal([0L, 1], Run().Select(r => r.WatchId));
    }

    [Fact]
    public void Slow_stream_misses_nothing_and_others_are_not_held_up()
    {
        var other = _fixture.Open(out var otherSink);
        other.Create(new WatchRequest { Key = "a"u8 });
        Create("a");
        Create("a", "b");
        Run();
        _sink.Room = 1;
        for (var i = 0; i < 50; i++)
        {
            _fixture.Write(("a", $"{i}"));
            _fixture.Hub.RunOnce();
        }

        Assert.Equal(51, otherSink.Take().Count);
        Assert.Equal(2, _fixture.Hub.SlowWatcherCount);
        var seen = _sink.Take();
        while (_fixture.Hub.SlowWatcherCount > 0)
        {
            _sink.Room = 1;
            _stream.OnWritable();
            seen.AddRange(Run());
        }

        for (var id = 0; id < 2; id++)
        {
            var revisions = seen.Where(r => r.WatchId == id).SelectMany(r => r.Events).Select(e => e.ModRevision);
            Assert.Equal(Enumerable.Range(2, 50).Select(i => (long)i), revisions);
        }
    }

    [Fact]
    public void Answers_wait_for_room_and_keep_their_order()
    {
        _sink.Room = 0;
        Create("a");
        Create("b");
        _stream.Cancel(0);
        Assert.Empty(Run());
        _fixture.Write(("b", "1"));
        Assert.Empty(Run());
        _sink.Room = 2;
        _stream.OnWritable();
        Assert.Equal([0L, 1], Run().Select(r => r.WatchId));
        _sink.Room = int.MaxValue;
        _stream.OnWritable();
        Assert.Equal([(0L, 0), (1, 1)], Run().Select(r => (r.WatchId, r.Events.Count)));
    }

    [Fact]
    public void Closed_stream_leaves_nothing_behind()
    {
        Create("a");
        Create("a", "c", start: 1);
        Run();
        _sink.Room = 0;
        _fixture.Write(("a", "1"));
        Run();
        _stream.Close();
        Create("a");
        _fixture.Hub.RunOnce();

        Assert.Equal((0, 0, 0), (_fixture.Hub.StreamCount, _fixture.Hub.WatcherCount, _fixture.Hub.SlowWatcherCount));
    }

    [Fact]
    public void Snapshot_from_the_leader_is_read_from_history_without_gap_or_repetition()
    {
        Create("a");
        Create("a", start: 20);
        Run();
        _fixture.Write(("a", "1"));
        for (var i = 0; i < 10; i++)
        {
            _fixture.History.Write(("a", $"{i}"));
        }

        _fixture.Hub.Reset(_fixture.History.CurrentRevision);
        _fixture.Write(("a", "x"));

        var seen = Run();
        var revisions = seen.Where(r => r.WatchId == 0).SelectMany(r => r.Events).Select(e => e.ModRevision);
        Assert.Equal(Enumerable.Range(2, 12).Select(i => (long)i), revisions);
        Assert.DoesNotContain(seen, r => r.WatchId == 1);
        Assert.Equal(0, _fixture.Hub.SlowWatcherCount);
    }

    [Fact]
    public void Change_under_way_when_the_first_watcher_comes_is_seen()
    {
        _fixture.WriteUnpublished(("a", "1"));
        Create("a");
        Run();
        _fixture.Hub.Publish(_fixture.History.CurrentRevision);

        Assert.Equal([2L], Run().SelectMany(r => r.Events).Select(e => e.ModRevision));
    }

    [Fact]
    public void Change_that_the_store_shows_is_over_for_the_watch_that_comes_then()
    {
        _fixture.WriteUnpublished(("a", "1"));
        _fixture.History.Shown = 2;
        Create("a");

        var created = Assert.Single(Run());
        Assert.True(created.Created);
        Assert.Equal(2, created.Revision);
        _fixture.Hub.Publish(2);
        Assert.Empty(Run());
    }

    [Fact]
    public void Progress_covers_a_change_that_the_store_shows()
    {
        Create("a");
        Run();
        _fixture.WriteUnpublished(("a", "1"));
        _fixture.History.Shown = 2;
        _stream.RequestProgress();

        var seen = Run();
        Assert.Equal([2L], seen.SelectMany(r => r.Events).Select(e => e.ModRevision));
        Assert.Equal(2, seen[^1].Revision);
    }

    [Fact]
    public void Snapshot_that_the_store_shows_is_told_when_it_is_published()
    {
        Create("a");
        _fixture.Write(("a", "1"));
        Run();
        _fixture.History.Write(("a", "2"));
        _fixture.History.Shown = 3;
        _stream.RequestProgress();

        Assert.Equal(2, Assert.Single(Run()).Revision);
        _fixture.Hub.Reset(3);
        Assert.Equal([3L], Run().SelectMany(r => r.Events).Select(e => e.ModRevision));
    }

    private void Create(string key, string end = "", long start = 0, long id = 0, bool prevKv = false) =>
        _stream.Create(new WatchRequest
        {
            Key = WatchFixture.Bytes(key),
            RangeEnd = WatchFixture.Bytes(end),
            StartRevision = start,
            WatchId = id,
            PrevKv = prevKv,
        });

    private List<SeenResponse> Run() => _fixture.Run(_sink);
}
