using Google.Protobuf;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;
using Netcd.Proxy.Calls;
using Netcd.Proxy.Tests.Support;
using Netcd.Proxy.Watch;

namespace Netcd.Proxy.Tests.Watch;

public sealed class ProxyWatcherTests
{
    private readonly RecordedOutput _output = new();
    private readonly WatchOutput _stream;

    public ProxyWatcherTests() => _stream = new WatchOutput(_output.Call());

    [Fact]
    public void A_watcher_of_the_present_gets_what_comes_after_its_watch_stood()
    {
        var watcher = Watcher(new WatchCreateRequest());
        Send(watcher, Created(10));
        Send(watcher, Events(10, (10, "old")));
        Send(watcher, Events(11, (11, "new")));
        Assert.Equal([true, false], _output.Taken.Select(static answer => answer.Created));
        Assert.Equal("new", _output.Taken[1].Events[0].Kv.Key.ToStringUtf8());
        Assert.Equal(12, watcher.NextRevision);
    }

    [Fact]
    public void Events_of_one_revision_come_together_and_older_ones_not_again()
    {
        var watcher = Watcher(new WatchCreateRequest { StartRevision = 5 });
        Send(watcher, Created(9));
        Send(watcher, Events(9, (4, "x"), (5, "a"), (5, "b"), (6, "c")));
        Send(watcher, Events(9, (6, "c"), (7, "d")));
        Assert.Equal(["a", "b", "c"], Keys(1));
        Assert.Equal(["d"], Keys(2));
    }

    [Fact]
    public void What_is_not_asked_for_is_left_out()
    {
        var request = new WatchCreateRequest { StartRevision = 1 };
        request.Filters.Add(WatchCreateRequest.Types.FilterType.Nodelete);
        var watcher = Watcher(request);
        Send(watcher, Created(1));
        var batch = Events(3, (2, "put"), (3, "gone"));
        batch.Events[1].Type = Event.Types.EventType.Delete;
        batch.Events[0].PrevKv = new KeyValue { Key = ByteString.CopyFromUtf8("put") };
        Send(watcher, batch);
        Send(watcher, new WatchResponse { Header = new ResponseHeader { Revision = 9 } });
        Assert.Equal(2, _output.Taken.Count);
        Assert.Null(Assert.Single(_output.Taken[1].Events).PrevKv);
        Assert.Equal(4, watcher.NextRevision);
    }

    [Fact]
    public void Events_without_room_are_not_sent_and_the_watcher_is_set_aside()
    {
        var watcher = Watcher(new WatchCreateRequest { StartRevision = 2 });
        Send(watcher, Created(1));
        _output.Room = 0;
        Assert.False(TrySend(watcher, Events(2, (2, "a"))));
        Assert.Equal(2, watcher.NextRevision);
        _output.Room = int.MaxValue;
        Assert.True(_stream.SendWaiting());
        Assert.Same(watcher, Assert.Single(_stream.TakeAside()));
        Assert.True(TrySend(watcher, Events(2, (2, "a"))));
        Assert.Equal(["a"], Keys(1));
    }

    [Fact]
    public void Events_do_not_overtake_short_answers_that_wait()
    {
        var watcher = Watcher(new WatchCreateRequest { StartRevision = 2 });
        _output.Room = 0;
        Send(watcher, Created(1));
        _output.Room = 1;
        Assert.False(TrySend(watcher, Events(2, (2, "a"))));
        Assert.True(_stream.SendWaiting());
        Assert.True(Assert.Single(_output.Taken).Created);
    }

    [Fact]
    public void A_watcher_that_joins_is_told_once_that_its_watch_stands()
    {
        var watcher = Watcher(new WatchCreateRequest { StartRevision = 7 });
        watcher.SendCreated();
        watcher.SendCreated();
        Send(watcher, Created(9));
        var answer = Assert.Single(_output.Taken);
        Assert.True(answer.Created);
        Assert.Equal(7, answer.Header.Revision);
    }

    private static WatchResponse Created(long revision) =>
        new() { Header = new ResponseHeader { Revision = revision }, Created = true };

    private static WatchResponse Events(long revision, params (long Revision, string Key)[] events)
    {
        var response = new WatchResponse { Header = new ResponseHeader { Revision = revision } };
        response.Events.AddRange(events.Select(static one => new Event
        {
            Kv = new KeyValue { Key = ByteString.CopyFromUtf8(one.Key), ModRevision = one.Revision },
        }));
        return response;
    }

    private static bool TrySend(ProxyWatcher watcher, WatchResponse response)
    {
        using var batch = new EventBatch(response);
        return watcher.TrySend(batch);
    }

    private static void Send(ProxyWatcher watcher, WatchResponse response) => Assert.True(TrySend(watcher, response));

    private ProxyWatcher Watcher(WatchCreateRequest request) => new(_stream, 0, request, Caller.Nobody);

    private IEnumerable<string> Keys(int answer) =>
        _output.Taken[answer].Events.Select(static one => one.Kv.Key.ToStringUtf8());
}
