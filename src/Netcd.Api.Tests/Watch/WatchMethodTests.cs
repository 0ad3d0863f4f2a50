using Google.Protobuf;
using Netcd.Api.Errors;
using Netcd.Api.Tests.Support;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Api.Tests.Watch;

public sealed class WatchMethodTests
{
    [Fact]
    public async Task Watcher_is_created_then_gets_puts_and_deletes_with_previous_pairs()
    {
        using var api = await TestApi.StartAsync();
        var stream = api.Watch();
        stream.Send(Create(new WatchCreateRequest { Key = TestApi.Bytes("k"), PrevKv = true }));
        var created = await stream.NextAsync(WatchResponse.Parser);
        Assert.Equal((true, false, 0L, 1L), (created.Created, created.Canceled, created.WatchId, created.Header.Revision));
        await api.PutAsync("k", "1");
        await api.PutAsync("other", "x");
        await api.KvAsync("DeleteRange", new DeleteRangeRequest { Key = TestApi.Bytes("k") });
        var put = Assert.Single((await stream.NextAsync(WatchResponse.Parser)).Events);
        Assert.Equal((Event.Types.EventType.Put, "1"), (put.Type, put.Kv.Value.ToStringUtf8()));
        Assert.Null(put.PrevKv);
        var delete = Assert.Single((await stream.NextAsync(WatchResponse.Parser)).Events);
        Assert.Equal(
            (Event.Types.EventType.Delete, 4L, "1"),
            (delete.Type, delete.Kv.ModRevision, delete.PrevKv.Value.ToStringUtf8()));
        stream.Close();
    }

    [Fact]
    public async Task Half_close_does_not_end_the_stream()
    {
        using var api = await TestApi.StartAsync();
        var stream = api.Watch();
        stream.Send(Create(new WatchCreateRequest { Key = TestApi.Bytes("k") }));
        await stream.NextAsync(WatchResponse.Parser);
        stream.HalfClose();
        await api.PutAsync("k", "1");
        Assert.Single((await stream.NextAsync(WatchResponse.Parser)).Events);
        stream.Close();
    }

    [Fact]
    public async Task Client_that_asks_and_does_not_read_is_dropped()
    {
        using var api = await TestApi.StartAsync();
        var stream = api.Watch();
        stream.Room(0);
        var refused = Create(new WatchCreateRequest { Key = TestApi.Bytes("k"), StartRevision = -1 }).ToByteArray();
        for (var i = 0; i < Limits.WatchRequestsPending - 1; i++)
        {
            stream.Send(refused);
        }

        // One that is just being carried out may count twice.
        Assert.False(stream.HasEnded);
        stream.Send(refused);
        stream.Send(refused);
        Assert.Equal(ErrorTable.WatchRequestsTooMany, await stream.End);
        stream.Close();
    }

    [Theory]
    [InlineData(-1, "a", "", "etcdserver: mvcc: required revision has been compacted")]
    [InlineData(0, "b", "a", "mvcc: watcher range is empty")]
    public async Task Refused_watcher_is_created_and_canceled_at_once(long revision, string key, string end, string reason)
    {
        using var api = await TestApi.StartAsync();
        var stream = api.Watch();
        stream.Send(Create(new WatchCreateRequest
        {
            Key = TestApi.Bytes(key),
            RangeEnd = TestApi.Bytes(end),
            StartRevision = revision,
        }));
        var response = await stream.NextAsync(WatchResponse.Parser);
        Assert.Equal(
            (true, true, -1L, reason),
            (response.Created, response.Canceled, response.WatchId, response.CancelReason));
        stream.Close();
    }

    [Fact]
    public async Task Watch_without_a_user_is_canceled_with_the_grpc_text()
    {
        using var api = await TestApi.StartAsync();
        await api.EnableAuthAsync();
        var stream = api.Watch();
        stream.Send(Create(new WatchCreateRequest { Key = TestApi.Bytes("k") }));
        Assert.Equal(
            "rpc error: code = InvalidArgument desc = etcdserver: user name is empty",
            (await stream.NextAsync(WatchResponse.Parser)).CancelReason);
        stream.Close();
    }

    [Fact]
    public async Task Cancel_is_answered_and_progress_is_told_on_request()
    {
        using var api = await TestApi.StartAsync();
        var stream = api.Watch();
        stream.Send(Create(new WatchCreateRequest { Key = TestApi.Bytes("k"), WatchId = 7 }));
        Assert.Equal(7, (await stream.NextAsync(WatchResponse.Parser)).WatchId);
        stream.Send(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
        var progress = await stream.NextAsync(WatchResponse.Parser);
        Assert.Equal((-1L, 1L), (progress.WatchId, progress.Header.Revision));
        stream.Send(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = 7 } });
        var canceled = await stream.NextAsync(WatchResponse.Parser);
        Assert.Equal((true, 7L, ""), (canceled.Canceled, canceled.WatchId, canceled.CancelReason));
        stream.Close();
    }

    [Fact]
    public async Task Empty_request_is_ignored_and_a_malformed_one_ends_the_stream()
    {
        using var api = await TestApi.StartAsync();
        var stream = api.Watch();
        stream.Send(new WatchRequest());
        stream.Send([0x0A, 0x05]);
        Assert.Equal(
            new Status(StatusCode.Internal, "grpc: failed to unmarshal the received message: unexpected EOF"),
            await stream.End);
        stream.Close(StreamCloseReason.Finished);
    }

    [Fact]
    public async Task Slow_watcher_gets_everything_once_it_reads_again()
    {
        using var api = await TestApi.StartAsync();
        var stream = api.Watch();
        stream.Send(Create(new WatchCreateRequest { Key = TestApi.Bytes("k") }));
        await stream.NextAsync(WatchResponse.Parser);
        stream.Room(0);
        for (var i = 0; i < 50; i++)
        {
            await api.PutAsync("k", $"{i}");
        }

        stream.Room(int.MaxValue);
        var values = new List<string>();
        while (values.Count < 50)
        {
            values.AddRange((await stream.NextAsync(WatchResponse.Parser)).Events.Select(e => e.Kv.Value.ToStringUtf8()));
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), values);
        stream.Close();
    }

    private static WatchRequest Create(WatchCreateRequest request) => new() { CreateRequest = request };
}
