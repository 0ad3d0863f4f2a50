using Netcd.Api.Errors;
using Netcd.Api.Tests.Support;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;

namespace Netcd.Api.Tests.Kv;

public sealed class RangeStreamMethodTests
{
    private const string Path = "/etcdserverpb.KV/RangeStream";

    [Fact]
    public async Task Chunks_together_are_the_range_and_only_the_last_has_a_header()
    {
        using var api = await TestApi.StartAsync();
        for (var i = 0; i < 100; i++)
        {
            await api.PutAsync($"key{i:d5}", "v");
        }

        var (chunks, stream) = await ReadAsync(api, RangeMethodTests.All());
        Assert.Equal(Status.OK, await stream.End);
        Assert.Equal(100, chunks.Sum(chunk => chunk.Kvs.Count));
        Assert.Equal(10, chunks[0].Kvs.Count);
        Assert.Equal(20, chunks[1].Kvs.Count);
        Assert.All(chunks.SkipLast(1), chunk => Assert.Null(chunk.Header));
        Assert.Equal((100L, 101L), (chunks[^1].Count, chunks[^1].Header.Revision));
    }

    [Fact]
    public async Task Limit_ends_the_stream_with_the_count_of_all()
    {
        using var api = await TestApi.StartAsync();
        for (var i = 0; i < 40; i++)
        {
            await api.PutAsync($"key{i:d5}", "v");
        }

        var request = RangeMethodTests.All();
        request.Limit = 25;
        var (chunks, _) = await ReadAsync(api, request);
        Assert.Equal(25, chunks.Sum(chunk => chunk.Kvs.Count));
        Assert.Equal((40L, true), (chunks[^1].Count, chunks[^1].More));
    }

    [Fact]
    public async Task Count_only_is_one_message()
    {
        using var api = await TestApi.StartAsync();
        await api.PutAsync("a", "1");
        await api.PutAsync("b", "1");
        var request = RangeMethodTests.All();
        request.CountOnly = true;
        var (chunks, _) = await ReadAsync(api, request);
        Assert.Equal(2, Assert.Single(chunks).Count);
    }

    [Fact]
    public async Task Slow_reader_gets_the_state_of_the_beginning()
    {
        using var api = await TestApi.StartAsync();
        for (var i = 0; i < 30; i++)
        {
            await api.PutAsync($"key{i:d5}", "old");
        }

        var stream = api.Open(Path);
        stream.Room(1);
        stream.Send(RangeMethodTests.All());
        var first = (await stream.NextAsync(RangeStreamResponse.Parser)).RangeResponse;
        await api.PutAsync("key00029", "new");
        stream.Room(10);
        var second = (await stream.NextAsync(RangeStreamResponse.Parser)).RangeResponse;
        Assert.Equal(30, first.Kvs.Count + second.Kvs.Count);
        Assert.Equal("old", second.Kvs[^1].Value.ToStringUtf8());
        Assert.Equal(31, second.Header.Revision);
        stream.Close();
    }

    [Fact]
    public async Task Orders_and_filters_are_not_supported()
    {
        using var api = await TestApi.StartAsync();
        var request = RangeMethodTests.All();
        request.SortOrder = RangeRequest.Types.SortOrder.Descend;
        Assert.Equal(ErrorTable.StreamSortUnsupported, await EndOfAsync(api, request));
        request.SortOrder = RangeRequest.Types.SortOrder.Ascend;
        request.MaxModRevision = 5;
        Assert.Equal(ErrorTable.StreamFilterUnsupported, await EndOfAsync(api, request));
        Assert.Equal(ErrorTable.EmptyKey, await EndOfAsync(api, new RangeRequest()));
    }

    private static async Task<Status> EndOfAsync(TestApi api, RangeRequest request)
    {
        var stream = api.Open(Path);
        stream.Send(request);
        return await stream.End;
    }

    private static async Task<(List<RangeResponse> Chunks, TestStream Stream)> ReadAsync(
        TestApi api, RangeRequest request)
    {
        var stream = api.Open(Path);
        stream.Send(request);
        stream.HalfClose();
        var chunks = new List<RangeResponse>();
        do
        {
            chunks.Add((await stream.NextAsync(RangeStreamResponse.Parser)).RangeResponse);
        }
        while (chunks[^1].Header is null);

        await stream.End;
        stream.Close(StreamCloseReason.Finished);
        return (chunks, stream);
    }
}
