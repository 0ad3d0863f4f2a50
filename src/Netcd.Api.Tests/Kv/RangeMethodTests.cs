using Google.Protobuf;
using Netcd.Api.Errors;
using Netcd.Api.Tests.Support;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Tests.Kv;

public sealed class RangeMethodTests
{
    [Fact]
    public async Task One_key_is_answered_at_once_with_a_full_header()
    {
        using var api = await TestApi.StartAsync();
        var revision = await api.PutAsync("foo", "bar");
        var response = await api.GetAsync("foo");
        Assert.Equal(api.Member.ClusterId, response.Header.ClusterId);
        Assert.Equal(api.Member.Id.Value, response.Header.MemberId);
        Assert.Equal(api.Member.Term.Value, response.Header.RaftTerm);
        Assert.Equal(revision, response.Header.Revision);
        var kv = Assert.Single(response.Kvs);
        Assert.Equal(("foo", "bar", 1L), (kv.Key.ToStringUtf8(), kv.Value.ToStringUtf8(), kv.Version));
        Assert.Equal(1, response.Count);
        Assert.False(response.More);
    }

    [Fact]
    public async Task Missing_key_gives_header_only()
    {
        using var api = await TestApi.StartAsync();
        var response = await api.GetAsync("nothing");
        Assert.Empty(response.Kvs);
        Assert.Equal((0L, 1L), (response.Count, response.Header.Revision));
    }

    [Theory]
    [InlineData(5, 10)]
    [InlineData(300, 10)]
    [InlineData(300, 4_000)]
    public async Task Ranges_inline_by_worker_and_in_pieces_give_every_key(int keys, int valueBytes)
    {
        using var api = await TestApi.StartAsync();
        for (var i = 0; i < keys; i++)
        {
            await api.PutAsync($"key{i:d5}", new string((char)('a' + (i % 26)), valueBytes));
        }

        foreach (var mustWait in new[] { false, true })
        {
            api.Member.MustWaitForReads = mustWait;
            var response = await api.RangeAsync(All());
            Assert.Equal(keys, response.Count);
            Assert.Equal(
                Enumerable.Range(0, keys).Select(i => $"key{i:d5}"), response.Kvs.Select(kv => kv.Key.ToStringUtf8()));
            Assert.All(response.Kvs, kv => Assert.Equal(valueBytes, kv.Value.Length));
        }
    }

    [Fact]
    public async Task Limit_says_more_and_count_ignores_it()
    {
        using var api = await TestApi.StartAsync();
        await api.PutAsync("a", "1");
        await api.PutAsync("b", "2");
        await api.PutAsync("c", "3");
        var request = All();
        request.Limit = 2;
        var response = await api.RangeAsync(request);
        Assert.Equal((2, 3L, true), (response.Kvs.Count, response.Count, response.More));
        request.Limit = 3;
        Assert.False((await api.RangeAsync(request)).More);
        request.CountOnly = true;
        response = await api.RangeAsync(request);
        Assert.Equal((0, 3L), (response.Kvs.Count, response.Count));
    }

    [Fact]
    public async Task Keys_only_keeps_everything_but_the_value()
    {
        using var api = await TestApi.StartAsync();
        await api.PutAsync("a", "value");
        var kv = Assert.Single((await api.RangeAsync(new RangeRequest { Key = TestApi.Bytes("a"), KeysOnly = true })).Kvs);
        Assert.True(kv.Value.IsEmpty);
        Assert.Equal((2L, 2L, 1L), (kv.CreateRevision, kv.ModRevision, kv.Version));
    }

    [Fact]
    public async Task Revisions_outside_history_are_refused()
    {
        using var api = await TestApi.StartAsync();
        await api.PutAsync("a", "1");
        var last = await api.PutAsync("a", "2");
        var request = new RangeRequest { Key = TestApi.Bytes("a"), Revision = last + 1 };
        Assert.Equal(ErrorTable.For(Refusal.FutureRevision), (await api.KvAsync("Range", request)).Status);
        await api.KvAsync("Compact", new CompactionRequest { Revision = last, Physical = true });
        request.Revision = last - 1;
        Assert.Equal(ErrorTable.For(Refusal.Compacted), (await api.KvAsync("Range", request)).Status);
        request.Revision = last;
        Assert.Single((await api.RangeAsync(request)).Kvs);
    }

    [Fact]
    public async Task Read_index_that_is_refused_refuses_the_read_but_not_a_serializable_one()
    {
        using var api = await TestApi.StartAsync();
        api.Member.ReadIndexRefusal = Refusal.Timeout;
        var request = new RangeRequest { Key = TestApi.Bytes("a") };
        Assert.Equal(ErrorTable.For(Refusal.Timeout), (await api.KvAsync("Range", request)).Status);
        request.Serializable = true;
        Assert.True((await api.KvAsync("Range", request)).Status.IsOK);
    }

    [Fact]
    public async Task Answer_encodes_as_the_generated_message_does()
    {
        using var api = await TestApi.StartAsync();
        await api.PutAsync("a", "1");
        await api.PutAsync("b", "2");
        var request = All();
        request.Limit = 1;
        var result = await api.KvAsync("Range", request);
        Assert.Equal(result.As(RangeResponse.Parser).ToByteArray(), result.Message);
    }

    internal static RangeRequest All() => new() { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) };
}
