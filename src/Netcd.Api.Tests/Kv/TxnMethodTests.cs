using Google.Protobuf;
using Netcd.Api.Errors;
using Netcd.Api.Tests.Support;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Tests.Kv;

public sealed class TxnMethodTests
{
    [Fact]
    public async Task Create_if_absent_runs_one_branch_then_the_other()
    {
        using var api = await TestApi.StartAsync();
        var request = new TxnRequest
        {
            Compare = { new Compare { Key = TestApi.Bytes("k"), Target = Compare.Types.CompareTarget.Mod, ModRevision = 0 } },
            Success = { Put("k", "v") },
            Failure = { Get("k") },
        };
        var first = await api.KvAsync("Txn", request);
        Assert.True(first.As(TxnResponse.Parser).Succeeded);
        var second = await api.KvAsync("Txn", request);
        var response = second.As(TxnResponse.Parser);
        Assert.False(response.Succeeded);
        Assert.Equal("v", response.Responses[0].ResponseRange.Kvs[0].Value.ToStringUtf8());
        Assert.Equal(response.ToByteArray(), second.Message);
    }

    [Fact]
    public async Task Range_sees_the_writes_before_it_and_nested_headers_hold_the_revision_only()
    {
        using var api = await TestApi.StartAsync();
        var request = new TxnRequest
        {
            Success =
            {
                Put("a", "1"),
                Get("a"),
                new RequestOp { RequestTxn = new TxnRequest { Success = { Put("b", "2") } } },
                new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = TestApi.Bytes("zz") } },
            },
        };
        var result = await api.KvAsync("Txn", request);
        var response = result.As(TxnResponse.Parser);
        Assert.Equal(2, response.Header.Revision);
        Assert.Equal("1", response.Responses[1].ResponseRange.Kvs[0].Value.ToStringUtf8());
        Assert.Equal(new ResponseHeader { Revision = 2 }, response.Responses[0].ResponsePut.Header);
        Assert.Equal(new ResponseHeader { Revision = 2 }, response.Responses[1].ResponseRange.Header);
        Assert.Equal(new ResponseHeader(), response.Responses[2].ResponseTxn.Header);
        Assert.Equal(new ResponseHeader { Revision = 2 }, response.Responses[3].ResponseDeleteRange.Header);
        Assert.Equal(response.ToByteArray(), result.Message);
        Assert.Equal(2, (await api.GetAsync("b")).Kvs[0].ModRevision);
    }

    [Fact]
    public async Task Refused_operation_leaves_nothing_of_the_others()
    {
        using var api = await TestApi.StartAsync();
        var request = new TxnRequest
        {
            Success =
            {
                Put("a", "1"),
                new RequestOp { RequestPut = new PutRequest { Key = TestApi.Bytes("b"), Lease = 7 } },
            },
        };
        Assert.Equal(ErrorTable.For(Refusal.LeaseNotFound), (await api.KvAsync("Txn", request)).Status);
        Assert.Empty((await api.GetAsync("a")).Kvs);
    }

    [Theory]
    [InlineData("a", "b", true)]
    [InlineData("b", "b", true)]
    [InlineData("c", "b", false)]
    public async Task Key_that_the_transaction_itself_deletes_has_no_value_to_keep(string from, string key, bool refused)
    {
        using var api = await TestApi.StartAsync();
        await api.PutAsync(key, "1");
        var toTheEnd = new DeleteRangeRequest { Key = TestApi.Bytes(from), RangeEnd = ByteString.CopyFrom(0) };
        var kept = new RequestOp { RequestPut = new PutRequest { Key = TestApi.Bytes(key), IgnoreValue = true } };
        var request = new TxnRequest
        {
            Success =
            {
                new RequestOp { RequestDeleteRange = toTheEnd },
                new RequestOp { RequestTxn = new TxnRequest { Success = { kept } } },
            },
        };
        var status = (await api.KvAsync("Txn", request)).Status;
        Assert.Equal(refused ? ErrorTable.For(Refusal.KeyNotFound) : Netcd.Grpc.Status.OK, status);
        var stored = (await api.GetAsync(key)).Kvs[0];
        Assert.Equal(("1", refused ? 1 : 2), (stored.Value.ToStringUtf8(), stored.Version));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ranges_only_are_read_without_raft(bool mustWait)
    {
        using var api = await TestApi.StartAsync();
        await api.PutAsync("a", "1");
        await api.PutAsync("b", "2");
        var before = api.Member.CommittedIndex;
        api.Member.MustWaitForReads = mustWait;
        var request = new TxnRequest
        {
            Compare =
            {
                new Compare
                {
                    Key = TestApi.Bytes("a"),
                    Target = Compare.Types.CompareTarget.Value,
                    Value = TestApi.Bytes("1"),
                },
            },
            Success = { Get("a"), new RequestOp { RequestRange = RangeMethodTests.All() } },
            Failure = { Get("b") },
        };
        var result = await api.KvAsync("Txn", request);
        var response = result.As(TxnResponse.Parser);
        Assert.True(response.Succeeded);
        Assert.Equal(3, response.Header.Revision);
        Assert.Equal(2, response.Responses[1].ResponseRange.Kvs.Count);
        Assert.Equal(new ResponseHeader { Revision = 3 }, response.Responses[0].ResponseRange.Header);
        Assert.Equal(response.ToByteArray(), result.Message);
        Assert.Equal(before, api.Member.CommittedIndex);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(10_000)]
    [InlineData(200_000)]
    public async Task Nesting_of_any_depth_is_answered(int depth)
    {
        using var api = await TestApi.StartAsync(options => options with { MaxTxnOps = int.MaxValue });
        var result = await api.CallAsync("/etcdserverpb.KV/Txn", Samples.NestedTxn(depth, innermost: []));
        Assert.Equal(depth <= 256 ? Netcd.Grpc.Status.OK : ErrorTable.TooManyOperations, result.Status);
    }

    [Fact]
    public async Task Comparing_only_needs_no_read_index()
    {
        using var api = await TestApi.StartAsync();
        api.Member.ReadIndexRefusal = Refusal.Timeout;
        var compare = new TxnRequest { Compare = { new Compare { Key = TestApi.Bytes("a"), Version = 0 } } };
        Assert.True((await api.KvAsync("Txn", compare)).As(TxnResponse.Parser).Succeeded);
        var read = new TxnRequest { Success = { Get("a") } };
        Assert.Equal(ErrorTable.For(Refusal.Timeout), (await api.KvAsync("Txn", read)).Status);
    }

    [Fact]
    public async Task Missing_key_compares_as_zero_but_never_by_value()
    {
        using var api = await TestApi.StartAsync();
        var compare = new Compare { Key = TestApi.Bytes("a"), Target = Compare.Types.CompareTarget.Lease, Lease = 0 };
        Assert.True(await HoldsAsync(api, compare));
        compare = new Compare
        {
            Key = TestApi.Bytes("a"),
            Target = Compare.Types.CompareTarget.Value,
            Result = Compare.Types.CompareResult.NotEqual,
            Value = TestApi.Bytes("x"),
        };
        Assert.False(await HoldsAsync(api, compare));
    }

    [Fact]
    public async Task Range_in_a_read_only_transaction_checks_its_revision()
    {
        using var api = await TestApi.StartAsync();
        var range = new RangeRequest { Key = TestApi.Bytes("a"), Revision = 50 };
        var request = new TxnRequest { Success = { new RequestOp { RequestRange = range } } };
        Assert.Equal(ErrorTable.For(Refusal.FutureRevision), (await api.KvAsync("Txn", request)).Status);
    }

    private static async Task<bool> HoldsAsync(TestApi api, Compare compare) =>
        (await api.KvAsync("Txn", new TxnRequest { Compare = { compare } })).As(TxnResponse.Parser).Succeeded;

    private static RequestOp Put(string key, string value) =>
        new() { RequestPut = new PutRequest { Key = TestApi.Bytes(key), Value = TestApi.Bytes(value) } };

    private static RequestOp Get(string key) =>
        new() { RequestRange = new RangeRequest { Key = TestApi.Bytes(key) } };
}
