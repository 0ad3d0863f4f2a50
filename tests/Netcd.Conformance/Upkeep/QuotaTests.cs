using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Upkeep;

/// <summary>
/// A backend that has grown over its quota: writes are refused with etcd's words, what frees space goes on, and an
/// operator gets out of it as the manual says.
/// </summary>
public sealed class QuotaTests
{
    private const int QuotaBytes = 8 * 1024 * 1024;
    private const string Refused = "ResourceExhausted: etcdserver: mvcc: database space exceeded";

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task A_full_backend_refuses_writes_until_it_is_cleaned_and_disarmed(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(
            kind, directory.File("data"), $"--quota-backend-bytes={QuotaBytes}");
        using var client = new V3Client(server.ClientUrl);
        var value = ByteString.CopyFrom(new byte[512 * 1024]);
        var puts = 0;
        while (await AskAsync(client, "Put", new PutRequest { Key = V3Client.Bytes($"k{puts}"), Value = value }) == "OK")
        {
            Assert.True(++puts < 100, "no write was refused");
        }

        // Whatever takes space is refused from now on, whatever does not is not.
        var small = new PutRequest { Key = V3Client.Bytes("k"), Value = ByteString.Empty };
        Assert.Equal(Refused, await AskAsync(client, "Put", small));
        Assert.Equal(Refused, await AskAsync(client, "Txn", new TxnRequest
        {
            Success = { new RequestOp { RequestPut = small } },
        }));
        Assert.Equal(
            Refused,
            await AskAsync(client, "/etcdserverpb.Lease/LeaseGrant", new LeaseGrantRequest { TTL = 100 }));
        var alarms = await client.AlarmAsync(new AlarmRequest());
        Assert.Equal(AlarmType.Nospace, Assert.Single(alarms.Alarms).Alarm);
        Assert.Contains("NOSPACE", Assert.Single((await client.StatusAsync()).Errors), StringComparison.Ordinal);
        Assert.Equal("{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}", (await HealthAsync(server)).Trim());
        await client.RangeAsync(new RangeRequest { Key = V3Client.Bytes("k0") });

        // The manual: compact, defragment, disarm.
        var deleted = await client.DeleteAsync(
            new DeleteRangeRequest { Key = V3Client.Bytes("k"), RangeEnd = V3Client.PrefixEnd("k") });
        Assert.Equal(puts, deleted.Deleted);
        await client.CompactAsync(deleted.Header.Revision, physical: true);
        await client.DefragmentAsync();
        await client.AlarmAsync(new AlarmRequest
        {
            Action = AlarmRequest.Types.AlarmAction.Deactivate,
            Alarm = AlarmType.Nospace,
            MemberID = alarms.Alarms[0].MemberID,
        });
        Assert.Equal("OK", await AskAsync(client, "Put", small));
        Assert.Equal("{\"health\":\"true\",\"reason\":\"\"}", (await HealthAsync(server)).Trim());
    }

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task Requests_over_the_limits_of_the_flags_are_refused(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(
            kind, directory.File("data"), "--max-txn-ops=3", "--max-request-bytes=1000");
        using var client = new V3Client(server.ClientUrl);
        var put = new RequestOp { RequestRange = new RangeRequest { Key = V3Client.Bytes("k") } };
        Assert.Equal("OK", await AskAsync(client, "Txn", new TxnRequest { Success = { put, put, put } }));
        Assert.Equal(
            "InvalidArgument: etcdserver: too many operations in txn request",
            await AskAsync(client, "Txn", new TxnRequest { Success = { put, put, put, put } }));
        Assert.Equal(
            "InvalidArgument: etcdserver: request is too large",
            await AskAsync(
                client,
                "Put",
                new PutRequest { Key = V3Client.Bytes("k"), Value = ByteString.CopyFrom(new byte[1001]) }));
        Assert.Equal(
            "ResourceExhausted: grpc: received message larger than max (600008 vs. 525288)",
            await AskAsync(
                client,
                "Put",
                new PutRequest { Key = V3Client.Bytes("k"), Value = ByteString.CopyFrom(new byte[600_001]) }));
    }

    private static async Task<string> AskAsync(V3Client client, string name, IMessage request)
    {
        try
        {
            await client.Channel.CallAsync(
                name.StartsWith('/') ? name : $"/etcdserverpb.KV/{name}",
                request.ToByteArray(),
                new CallOptions { Timeout = TimeSpan.FromSeconds(90) });
            return "OK";
        }
        catch (GrpcException refused)
        {
            return $"{refused.Code}: {refused.Status.Message}";
        }
    }

    private static async Task<string> HealthAsync(EtcdServer server)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync($"{server.ClientUrl}/health");
        return await answer.Content.ReadAsStringAsync();
    }
}
