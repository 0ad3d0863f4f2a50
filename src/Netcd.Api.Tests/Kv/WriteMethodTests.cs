using Google.Protobuf;
using Netcd.Api.Errors;
using Netcd.Api.Tests.Support;
using Netcd.Proto.EtcdServer;
using Netcd.Server;

namespace Netcd.Api.Tests.Kv;

public sealed class WriteMethodTests
{
    [Fact]
    public async Task Put_gives_the_new_revision_and_the_previous_pair()
    {
        using var api = await TestApi.StartAsync();
        await api.PutAsync("k", "old");
        var request = new PutRequest { Key = TestApi.Bytes("k"), Value = TestApi.Bytes("new"), PrevKv = true };
        var result = await api.KvAsync("Put", request);
        var response = result.As(PutResponse.Parser);
        Assert.Equal((3L, "old"), (response.Header.Revision, response.PrevKv.Value.ToStringUtf8()));
        Assert.Equal(response.ToByteArray(), result.Message);
    }

    [Fact]
    public async Task Put_on_an_unknown_lease_or_of_a_missing_key_is_refused()
    {
        using var api = await TestApi.StartAsync();
        var request = new PutRequest { Key = TestApi.Bytes("k"), Lease = 99 };
        Assert.Equal(ErrorTable.For(Refusal.LeaseNotFound), (await api.KvAsync("Put", request)).Status);
        request = new PutRequest { Key = TestApi.Bytes("k"), IgnoreValue = true };
        Assert.Equal(ErrorTable.For(Refusal.KeyNotFound), (await api.KvAsync("Put", request)).Status);
        Assert.Equal(ErrorTable.EmptyKey, (await api.KvAsync("Put", new PutRequest())).Status);
    }

    [Fact]
    public async Task Request_over_the_limit_is_too_large()
    {
        using var api = await TestApi.StartAsync();
        var request = new PutRequest { Key = TestApi.Bytes("k"), Value = ByteString.CopyFrom(new byte[1_572_864]) };
        Assert.Equal(ErrorTable.For(Refusal.RequestTooLarge), (await api.KvAsync("Put", request)).Status);
    }

    [Fact]
    public async Task What_does_not_fit_below_the_quota_raises_the_alarm_and_is_refused_before_all_else()
    {
        using var api = await TestApi.StartAsync(quotaBytes: 100_000);
        await api.PutAsync("a", "1");
        var noSpace = ErrorTable.For(Refusal.NoSpace);
        var large = ByteString.CopyFrom(new byte[100_000]);
        Assert.Equal(noSpace, (await api.KvAsync("Put", new PutRequest { Value = large })).Status);
        Assert.Equal(
            (api.Member.Id, Server.Requests.AlarmType.NoSpace),
            (Assert.Single(api.Member.Alarms).Member, api.Member.Alarms[0].Type));

        // With the alarm raised nothing that grows the store goes through, whatever its size; deletions do.
        Assert.Equal(noSpace, (await api.KvAsync("Put", new PutRequest { Key = TestApi.Bytes("b") })).Status);
        var delete = new DeleteRangeRequest { Key = TestApi.Bytes("a") };
        Assert.True((await api.KvAsync("DeleteRange", delete)).Status.IsOK);
        var read = new TxnRequest { Success = { new RequestOp { RequestDeleteRange = delete } } };
        Assert.True((await api.KvAsync("Txn", read)).Status.IsOK);
        var grant = new LeaseGrantRequest { TTL = 10 };
        Assert.Equal(noSpace, (await api.CallAsync("/etcdserverpb.Lease/LeaseGrant", grant)).Status);
    }

    [Fact]
    public async Task Delete_counts_and_gives_previous_pairs_in_key_order()
    {
        using var api = await TestApi.StartAsync();
        await api.PutAsync("b", "2");
        await api.PutAsync("a", "1");
        var request = new DeleteRangeRequest
        {
            Key = TestApi.Bytes("a"),
            RangeEnd = TestApi.Bytes("z"),
            PrevKv = true,
        };
        var result = await api.KvAsync("DeleteRange", request);
        var response = result.As(DeleteRangeResponse.Parser);
        Assert.Equal((2L, 4L), (response.Deleted, response.Header.Revision));
        Assert.Equal(["a", "b"], response.PrevKvs.Select(kv => kv.Key.ToStringUtf8()));
        Assert.Equal(response.ToByteArray(), result.Message);

        // Nothing left to delete: the revision stays.
        response = (await api.KvAsync("DeleteRange", request)).As(DeleteRangeResponse.Parser);
        Assert.Equal((0L, 4L), (response.Deleted, response.Header.Revision));
    }

    [Fact]
    public async Task Compaction_refuses_what_is_done_and_what_is_to_come()
    {
        using var api = await TestApi.StartAsync();
        var last = await api.PutAsync("a", "1");
        var header = (await api.KvAsync("Compact", new CompactionRequest { Revision = last }))
            .As(CompactionResponse.Parser).Header;
        Assert.Equal(last, header.Revision);
        Assert.Equal(
            ErrorTable.For(Refusal.Compacted),
            (await api.KvAsync("Compact", new CompactionRequest { Revision = last })).Status);
        Assert.Equal(
            ErrorTable.For(Refusal.FutureRevision),
            (await api.KvAsync("Compact", new CompactionRequest { Revision = last + 1 })).Status);
    }

    [Fact]
    public async Task Malformed_request_is_an_internal_error_with_the_decoders_text()
    {
        using var api = await TestApi.StartAsync();
        var result = await api.CallAsync("/etcdserverpb.KV/Put", [0x0A, 0x05, 0x61]);
        Assert.Equal(
            new Netcd.Grpc.Status(
                Netcd.Grpc.StatusCode.Internal, "grpc: error unmarshalling request: unexpected EOF"),
            result.Status);
    }
}
