using System.Threading.Channels;
using Netcd.Client.Watch;
using Netcd.Proto.Mvcc;

namespace Netcd.Client.Tests;

/// <summary>What answers of a server do to watchers, with the answers made by hand.</summary>
public sealed class WatchTableTests
{
    private readonly WatchTable _table = new(batchesMax: 4, bytesMax: 1 << 20);
    private readonly Channel<WatchRequest> _requests = Channel.CreateUnbounded<WatchRequest>();

    [Fact]
    public void Watchers_are_made_one_at_a_time()
    {
        var first = Add();
        Add();
        _table.Attach(_requests.Writer);
        Assert.Equal("create 0", Asked());
        Assert.Equal("", Asked());
        Created(id: 5, revision: 10);
        Assert.Equal("create 0", Asked());
        Assert.Equal((10, 11), (first.CreatedRevision, first.NextRevision));
    }

    [Fact]
    public void After_a_broken_stream_watchers_go_on_behind_the_last_revision_that_came()
    {
        var watcher = Active(id: 1, revision: 10);
        var never = Add();
        Assert.Equal("create 0", Asked());
        Take(Events(1, 12, 13));
        _table.Detach();
        var next = Channel.CreateUnbounded<WatchRequest>();
        _table.Attach(next.Writer);
        Assert.True(next.Reader.TryRead(out var again));
        Assert.Equal(14, again.CreateRequest.StartRevision);
        Created(id: 1, revision: 20);

        // One that was never made has seen nothing, and begins when it is made.
        Assert.True(next.Reader.TryRead(out var other));
        Assert.Equal(0, other.CreateRequest.StartRevision);
        Assert.Equal([12, 13], Read(watcher));
        Assert.Equal(WatcherState.Creating, never.State);
    }

    [Fact]
    public void What_came_before_is_not_told_again()
    {
        var watcher = Active(id: 1, revision: 10);
        Take(Events(1, 11, 12));
        Take(Events(1, 12, 13));
        Assert.Equal([11, 12, 13], Read(watcher));
    }

    [Fact]
    public void A_revision_that_is_cut_by_fragments_comes_whole_or_not_at_all()
    {
        var watcher = Active(id: 1, revision: 10);
        var first = Events(1, 11, 12);
        first.Fragment = true;
        Take(first);
        Assert.Equal([11], Read(watcher));
        _table.Detach();
        _table.Attach(_requests.Writer);
        Assert.Equal("create 12", Asked());
        Created(id: 1, revision: 12);
        first = Events(1, 12, 12);
        first.Fragment = true;
        Take(first);
        Assert.Empty(Read(watcher));
        Take(Events(1, 12));
        Assert.Equal([12, 12, 12], Read(watcher));
        Assert.Equal(13, watcher.NextRevision);
    }

    [Fact]
    public void A_watcher_that_is_behind_is_parked_and_goes_on_where_it_was()
    {
        var watcher = Active(id: 1, revision: 10);
        for (var revision = 11; revision <= 16; revision++)
        {
            Take(Events(1, revision));
        }

        Assert.Equal(WatcherState.Parked, watcher.State);
        Assert.Equal("cancel 1", Asked());
        Assert.Equal("", Asked());
        Assert.Equal([11, 12, 13, 14], Read(watcher));
        Assert.Equal("create 15", Asked());
    }

    [Fact]
    public void Progress_is_told_to_all_and_asked_for_when_all_are_made()
    {
        Add();
        _table.Attach(_requests.Writer);
        Assert.True(_table.RequestProgress());
        Assert.Equal("create 0", Asked());
        Assert.Equal("", Asked());
        Created(id: 1, revision: 10);
        Assert.Equal("progress", Asked());
        var watcher = _table.All.Single();
        Take(Progress(30));
        Assert.Equal(31, watcher.NextRevision);
    }

    [Fact]
    public void Progress_asked_for_before_a_watcher_was_made_says_nothing_about_its_past()
    {
        var first = Active(id: 1, revision: 10);
        Assert.True(_table.RequestProgress());
        Assert.Equal("progress", Asked());
        var behind = Add(startRevision: 5);
        Assert.Equal("create 5", Asked());
        Created(id: 2, revision: 10);

        // The server answered the request first, and sent the answer after that to the second watcher.
        Take(Progress(10));
        Assert.Equal((11, 5), (first.NextRevision, behind.NextRevision));
        Take(Events(2, 6, 9));
        Assert.Equal([6, 9], Read(behind));

        // The next answer is to a request that speaks of both.
        Assert.True(_table.RequestProgress());
        Take(Progress(10));
        Assert.Equal(11, behind.NextRevision);
    }

    [Fact]
    public void Progress_to_a_later_revision_is_that_of_every_watcher()
    {
        Active(id: 1, revision: 10);
        _table.RequestProgress();
        var behind = Add(startRevision: 5);
        Created(id: 2, revision: 10);
        Take(Progress(11));
        Assert.Equal(12, behind.NextRevision);
    }

    [Theory]
    [InlineData("rpc error: code = PermissionDenied desc = etcdserver: permission denied",
        StatusCode.PermissionDenied, EtcdErrors.PermissionDenied)]
    [InlineData("mvcc: watcher range is empty", StatusCode.FailedPrecondition, "mvcc: watcher range is empty")]
    public void A_watch_that_is_refused_tells_the_servers_reason_as_it_came(
        string reason, StatusCode code, string description)
    {
        var watcher = Add();
        _table.Attach(_requests.Writer);
        var (ended, problem) = _table.Take(new WatchResponse
        {
            Header = new ResponseHeader(), WatchId = -1, Created = true, Canceled = true, CancelReason = reason,
        });
        Assert.Same(watcher, ended);
        Assert.Equal((code, description, reason), (problem!.Code, problem.Description, problem.Message));
    }

    [Fact]
    public void A_watcher_that_ends_while_it_is_made_is_cancelled_at_the_server()
    {
        var watcher = Add();
        _table.Attach(_requests.Writer);
        Assert.Equal("create 0", Asked());
        Assert.True(_table.Remove(watcher));
        Assert.False(_table.Remove(watcher));
        Add();
        Assert.Equal("", Asked());
        Created(id: 3, revision: 10);
        Assert.Equal("cancel 3", Asked());
        Assert.Equal("create 0", Asked());
    }

    [Theory]
    [InlineData("compacted", 7, "", EtcdErrors.Compacted)]
    [InlineData("a reason", 0, "because", "because")]
    [InlineData("no reason", 0, "", EtcdErrors.FutureRevision)]
    public void The_servers_last_word_is_an_error(string what, long compacted, string reason, string expected)
    {
        Assert.NotEmpty(what);
        var watcher = Active(id: 1, revision: 10);
        var (ended, problem) = _table.Take(new WatchResponse
        {
            Header = new ResponseHeader(), WatchId = 1, Canceled = true, CompactRevision = compacted,
            CancelReason = reason,
        });
        Assert.Same(watcher, ended);
        Assert.Equal(expected, problem!.Description);
        Assert.Equal(compacted, (problem as CompactedException)?.CompactRevision ?? 0);
    }

    private static WatchResponse Events(long id, params long[] revisions)
    {
        var response = new WatchResponse { Header = new ResponseHeader { Revision = revisions[^1] }, WatchId = id };
        foreach (var revision in revisions)
        {
            response.Events.Add(new Event { Kv = new KeyValue { Key = ByteString.CopyFromUtf8("k"), ModRevision = revision } });
        }

        return response;
    }

    private static WatchResponse Progress(long revision) =>
        new() { Header = new ResponseHeader { Revision = revision }, WatchId = -1 };

    private EtcdWatcher Add(long startRevision = 0)
    {
        var streams = new WatchStreams(null!, new EtcdClientOptions { Endpoints = [] }, new Calls.CallSettings());
        var request = new WatchCreateRequest { StartRevision = startRevision };
        var watcher = new EtcdWatcher(streams, request, null, createdNotify: false);
        _table.Add(watcher);
        return watcher;
    }

    private EtcdWatcher Active(long id, long revision)
    {
        var watcher = Add();
        _table.Attach(_requests.Writer);
        Assert.Equal("create 0", Asked());
        Created(id, revision);
        return watcher;
    }

    private void Created(long id, long revision) =>
        Take(new WatchResponse { Header = new ResponseHeader { Revision = revision }, WatchId = id, Created = true });

    private void Take(WatchResponse response) => Assert.Null(_table.Take(response).Watcher);

    private string Asked() => !_requests.Reader.TryRead(out var request) ? ""
        : request.RequestUnionCase switch
        {
            WatchRequest.RequestUnionOneofCase.CreateRequest => $"create {request.CreateRequest.StartRevision}",
            WatchRequest.RequestUnionOneofCase.CancelRequest => $"cancel {request.CancelRequest.WatchId}",
            _ => "progress",
        };

    private List<long> Read(EtcdWatcher watcher)
    {
        var revisions = new List<long>();
        while (watcher.TryTake(out var batch))
        {
            _table.Taken(watcher, batch);
            revisions.AddRange(batch.Events.Select(change => change.Kv.ModRevision));
        }

        return revisions;
    }
}
