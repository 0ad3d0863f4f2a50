using System.Diagnostics;
using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.Election;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Lock;

namespace Netcd.Conformance.Concurrency;

/// <summary>
/// The Lock and Election services asked the same of real etcd and of netcd: every answer, revision and refusal is equal.
/// </summary>
public sealed class RecipeServiceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // Who gave up takes its key along at once.
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(10);

    private static readonly Dictionary<string, MessageParser> Answers = new(StringComparer.Ordinal)
    {
        ["v3lockpb.Lock/Lock"] = LockResponse.Parser,
        ["v3lockpb.Lock/Unlock"] = UnlockResponse.Parser,
        ["v3electionpb.Election/Campaign"] = CampaignResponse.Parser,
        ["v3electionpb.Election/Proclaim"] = ProclaimResponse.Parser,
        ["v3electionpb.Election/Leader"] = LeaderResponse.Parser,
        ["v3electionpb.Election/Resign"] = ResignResponse.Parser,
    };

    [Fact]
    public async Task Every_answer_is_that_of_etcd()
    {
        var expected = await RecordAsync(ServerKind.Go);
        var given = await RecordAsync(ServerKind.Netcd);
        Assert.Equal(string.Join('\n', expected), string.Join('\n', given));
    }

    private static async Task<List<string>> RecordAsync(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();

        // No disk is tested, and one that is slow now and then would have a request time out.
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"), "--unsafe-no-fsync");
        using var client = new V3Client(server.ClientUrl);
        var record = new List<string>();
        for (var lease = 1; lease <= 4; lease++)
        {
            await client.GrantAsync(600, lease * 1000);
        }

        await LocksAsync(client, record);
        await ElectionsAsync(client, record);
        return record;
    }

    private static async Task LocksAsync(V3Client client, List<string> record)
    {
        await AskAsync(client, record, "v3lockpb.Lock/Lock", new LockRequest { Name = V3Client.Bytes("l"), Lease = 1000 });
        await AskAsync(client, record, "v3lockpb.Lock/Lock", new LockRequest { Name = V3Client.Bytes("l"), Lease = 1000 });
        await AskAsync(client, record, "v3lockpb.Lock/Lock", new LockRequest { Lease = 1000 });
        await AskAsync(client, record, "v3lockpb.Lock/Lock", new LockRequest { Name = V3Client.Bytes("l"), Lease = 7 });
        await AskAsync(client, record, "v3lockpb.Lock/Lock", new LockRequest { Name = V3Client.Bytes("l"), Lease = -7 });

        // One that gives up leaves no key; one whose lease ends while it waits is told so.
        await GiveUpAsync(
            client, record, "v3lockpb.Lock/Lock", new LockRequest { Name = V3Client.Bytes("l"), Lease = 2000 }, "l/");
        var waiting = new List<string>();
        var second = AskAsync(
            client, waiting, "v3lockpb.Lock/Lock", new LockRequest { Name = V3Client.Bytes("l"), Lease = 3000 });
        await LineAsync(client, "l/", 2);
        await client.RevokeAsync(3000);
        await AskAsync(client, record, "v3lockpb.Lock/Unlock", new UnlockRequest { Key = V3Client.Bytes("l/3e8") });
        await second;
        record.AddRange(waiting);
        await AskAsync(client, record, "v3lockpb.Lock/Unlock", new UnlockRequest { Key = V3Client.Bytes("l/3e8") });
        await AskAsync(client, record, "v3lockpb.Lock/Unlock", new UnlockRequest());
    }

    private static async Task ElectionsAsync(V3Client client, List<string> record)
    {
        const string Campaign = "v3electionpb.Election/Campaign";
        const string Proclaim = "v3electionpb.Election/Proclaim";
        const string Resign = "v3electionpb.Election/Resign";
        const string Leader = "v3electionpb.Election/Leader";
        var name = V3Client.Bytes("e");
        using var observer = client.Channel.OpenStream("/v3electionpb.Election/Observe", LeaderResponse.Parser);
        await observer.WriteAsync(new LeaderRequest { Name = name });
        observer.CompleteWriting();
        await using var observed = observer.ReadAllAsync().GetAsyncEnumerator();
        await AskAsync(client, record, Leader, new LeaderRequest { Name = name });
        await AskAsync(client, record, Proclaim, new ProclaimRequest());
        await AskAsync(client, record, Resign, new ResignRequest());
        await AskAsync(client, record, Campaign, new CampaignRequest { Name = name, Lease = 5, Value = name });
        await AskAsync(client, record, Campaign, new CampaignRequest { Name = name, Lease = 1000, Value = name });
        await SeeAsync(observed, record);
        await AskAsync(client, record, Campaign, new CampaignRequest { Name = name, Lease = 1000, Value = name });
        await AskAsync(
            client, record, Campaign, new CampaignRequest { Name = name, Lease = 1000, Value = V3Client.Bytes("f") });
        await SeeAsync(observed, record);
        var held = (await client.RangeAsync(new RangeRequest { Key = V3Client.Bytes("e/3e8") })).Kvs[0];
        var leader = new LeaderKey { Name = name, Key = held.Key, Rev = held.CreateRevision, Lease = held.Lease };
        await AskAsync(client, record, Proclaim, new ProclaimRequest { Leader = leader, Value = V3Client.Bytes("g") });
        await SeeAsync(observed, record);
        await AskAsync(client, record, Leader, new LeaderRequest { Name = name });
        await GiveUpAsync(
            client, record, Campaign, new CampaignRequest { Name = name, Lease = 2000, Value = name }, "e/");
        var waiting = new List<string>();
        var second = AskAsync(
            client, waiting, Campaign, new CampaignRequest { Name = name, Lease = 4000, Value = V3Client.Bytes("h") });
        await LineAsync(client, "e/", 2);
        var other = leader.Clone();
        other.Rev++;
        await AskAsync(client, record, Proclaim, new ProclaimRequest { Leader = other, Value = name });
        await AskAsync(client, record, Resign, new ResignRequest { Leader = other });
        await AskAsync(client, record, Resign, new ResignRequest { Leader = leader });
        await second;
        record.AddRange(waiting);
        await SeeAsync(observed, record);
        await AskAsync(client, record, Resign, new ResignRequest { Leader = leader });
    }

    // Asks until the time is over, and sees the key go. A call whose time is over before it has come to write its key,
    // as on a busy machine, is made again: the revisions that are compared later count the key and its end. So is one
    // whose key came after its time, and stays: it finds the key and takes it along.
    private static async Task GiveUpAsync(
        V3Client client, List<string> record, string path, IMessage request, string prefix)
    {
        var before = await RevisionAsync(client, prefix);
        var said = new List<string>();
        do
        {
            said.Clear();
            await AskAsync(client, said, path, request, TimeSpan.FromMilliseconds(700));
        }
        while (!await IsAloneAsync(client, prefix) || await RevisionAsync(client, prefix) == before);
        record.AddRange(said);
    }

    private static async Task<bool> IsAloneAsync(V3Client client, string prefix)
    {
        var clock = Stopwatch.StartNew();
        while (await CountAsync(client, prefix) != 1)
        {
            if (clock.Elapsed > LeaveLimit)
            {
                return false;
            }

            await Task.Delay(10);
        }

        return true;
    }

    private static async Task<long> RevisionAsync(V3Client client, string prefix) =>
        (await client.RangeAsync(new RangeRequest { Key = V3Client.Bytes(prefix) })).Header.Revision;

    private static async Task SeeAsync(IAsyncEnumerator<LeaderResponse> observed, List<string> record)
    {
        Assert.True(await observed.MoveNextAsync().AsTask().WaitAsync(Patience));
        record.Add($"observed {Shown(observed.Current)}");
    }

    private static async Task AskAsync(
        V3Client client, List<string> record, string path, IMessage request, TimeSpan? timeout = null)
    {
        string answer;
        try
        {
            var bytes = await client.Channel.CallAsync(
                $"/{path}", request.ToByteArray(), new CallOptions { Timeout = timeout ?? Patience });
            answer = Shown(Answers[path].ParseFrom(bytes));
        }
        catch (GrpcException refused)
        {
            // Go's server resets a call whose time is over; what its clients say then is their own.
            answer = timeout is null ? $"{refused.Code}: {refused.Status.Message}" : "over";
        }

        record.Add($"{path} {request} -> {answer}");
    }

    // Who answered differs from cluster to cluster.
    private static string Shown(IMessage answer)
    {
        var field = answer.Descriptor.FindFieldByName("header");
        var header = (ResponseHeader)field.Accessor.GetValue(answer);
        Assert.True(header.ClusterId != 0 && header.MemberId != 0 && header.RaftTerm != 0, answer.ToString());
        field.Accessor.SetValue(answer, new ResponseHeader { Revision = header.Revision });
        return answer.ToString()!;
    }

    private static async Task LineAsync(V3Client client, string prefix, int count)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await CountAsync(client, prefix) != count)
        {
            await Task.Delay(10, limit.Token);
        }
    }

    private static async Task<long> CountAsync(V3Client client, string prefix) =>
        (await client.RangeAsync(new RangeRequest
        {
            Key = V3Client.Bytes(prefix), RangeEnd = V3Client.PrefixEnd(prefix), CountOnly = true,
        })).Count;
}
