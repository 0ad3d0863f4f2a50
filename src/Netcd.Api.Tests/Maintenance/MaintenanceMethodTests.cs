using System.Security.Cryptography;
using Netcd.Api.Errors;
using Netcd.Api.Tests.Support;
using Netcd.Base;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Server;
using Action = Netcd.Proto.EtcdServer.AlarmRequest.Types.AlarmAction;

namespace Netcd.Api.Tests.Maintenance;

public sealed class MaintenanceMethodTests
{
    [Fact]
    public async Task Status_shows_the_member()
    {
        using var api = await TestApi.StartAsync();
        await api.PutAsync("a", "1");
        var status = (await api.MaintenanceAsync("Status", new StatusRequest())).As(StatusResponse.Parser);
        Assert.Equal((TestApi.ServerVersion, api.Member.Id.Value, 2L), (status.Version, status.Leader, status.Header.Revision));
        Assert.Equal(status.RaftIndex, status.RaftAppliedIndex);
        Assert.InRange(status.DbSizeInUse, 1, status.DbSize);
        Assert.Equal(2_147_483_648, status.DbSizeQuota);
        Assert.False(status.DowngradeInfo.Enabled);
        Assert.Empty(status.Errors);
    }

    [Fact]
    public async Task Status_tells_of_a_missing_leader_before_the_alarms()
    {
        using var api = await TestApi.StartAsync();
        api.Member.LeaderIs = MemberId.None;
        api.Member.Raised =
        [
            new Alarm(new MemberId(7), Server.Requests.AlarmType.NoSpace),
            new Alarm(new MemberId(8), Server.Requests.AlarmType.Corrupt),
        ];
        var status = (await api.MaintenanceAsync("Status", new StatusRequest())).As(StatusResponse.Parser);
        Assert.Equal(
            ["etcdserver: no leader", "memberID:7 alarm:NOSPACE ", "memberID:8 alarm:CORRUPT "], status.Errors);
    }

    [Fact]
    public async Task Alarms_are_raised_listed_and_cleared()
    {
        using var api = await TestApi.StartAsync();
        var raise = new AlarmRequest { Action = Action.Activate, MemberID = 99, Alarm = AlarmType.Nospace };
        var raised = new AlarmMember { MemberID = 99, Alarm = AlarmType.Nospace };
        Assert.Equal([raised], (await AlarmAsync(api, raise)).Alarms);
        Assert.Equal([raised], (await AlarmAsync(api, new AlarmRequest())).Alarms);
        Assert.Empty((await AlarmAsync(api, new AlarmRequest { Alarm = AlarmType.Corrupt })).Alarms);
        Assert.Equal(
            ErrorTable.For(Refusal.NoSpace),
            (await api.KvAsync("Put", new PutRequest { Key = TestApi.Bytes("k") })).Status);
        raise.Action = Action.Deactivate;
        Assert.Equal([raised], (await AlarmAsync(api, raise)).Alarms);
        Assert.Empty((await AlarmAsync(api, new AlarmRequest())).Alarms);
        Assert.Empty((await AlarmAsync(api, new AlarmRequest { Action = (Action)9 })).Alarms);
    }

    [Fact]
    public async Task Hashes_are_those_of_the_store()
    {
        using var api = await TestApi.StartAsync();
        await api.PutAsync("a", "1");
        var last = await api.PutAsync("a", "2");
        var hash = (await api.MaintenanceAsync("HashKV", new HashKVRequest())).As(HashKVResponse.Parser);
        Assert.Equal((last, last, -1L), (hash.Header.Revision, hash.HashRevision, hash.CompactRevision));
        Assert.Equal(
            ErrorTable.For(Refusal.FutureRevision),
            (await api.MaintenanceAsync("HashKV", new HashKVRequest { Revision = last + 1 })).Status);
        var whole = (await api.MaintenanceAsync("Hash", new HashRequest())).As(HashResponse.Parser);
        Assert.Equal(last, whole.Header.Revision);
        Assert.NotEqual(0U, whole.Hash);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1)]
    public async Task Snapshot_is_the_file_in_chunks_then_its_hash(int room)
    {
        using var api = await TestApi.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await api.PutAsync($"k{i}", new string('v', 10_000));
        }

        var stream = api.Open("/etcdserverpb.Maintenance/Snapshot");
        stream.Room(room);
        stream.Send(new SnapshotRequest());
        stream.HalfClose();
        var file = new List<byte>();
        SnapshotResponse chunk;
        while (true)
        {
            chunk = await stream.NextAsync(SnapshotResponse.Parser);
            Assert.Null(chunk.Header);
            stream.Room(room);
            if (chunk.Blob.Length == 32 && chunk.RemainingBytes == 0)
            {
                break;
            }

            Assert.Equal(chunk.RemainingBytes == 0 ? chunk.Blob.Length : 32 * 1024, chunk.Blob.Length);
            file.AddRange(chunk.Blob.Span);
        }

        Assert.Equal(0, file.Count % 512);
        Assert.InRange(file.Count, 200_000, int.MaxValue);
        Assert.Equal(SHA256.HashData(file.ToArray()), chunk.Blob.ToByteArray());
        Assert.Equal(Status.OK, await stream.End);
        stream.Close(StreamCloseReason.Finished);
    }

    [Fact]
    public async Task Snapshot_that_nobody_reads_lets_go_when_the_call_ends()
    {
        using var api = await TestApi.StartAsync();
        var stream = api.Open("/etcdserverpb.Maintenance/Snapshot");
        stream.Room(1);
        stream.Send(new SnapshotRequest());
        await stream.NextAsync(SnapshotResponse.Parser);
        stream.Close();
        await api.PutAsync("a", "1");
        Assert.True((await api.MaintenanceAsync("Defragment", new DefragmentRequest())).Status.IsOK);
    }

    [Fact]
    public async Task Defragment_is_answered_without_header()
    {
        using var api = await TestApi.StartAsync();
        Assert.Empty((await api.MaintenanceAsync("Defragment", new DefragmentRequest())).Message);
    }

    [Fact]
    public async Task Leadership_moves_to_members_only()
    {
        using var api = await TestApi.StartAsync();
        var self = new MoveLeaderRequest { TargetID = api.Member.Id.Value };
        Assert.Equal(Status.OK, (await api.MaintenanceAsync("MoveLeader", self)).Status);
        Assert.Equal(
            ErrorTable.For(Refusal.BadLeaderTransferee),
            (await api.MaintenanceAsync("MoveLeader", new MoveLeaderRequest { TargetID = 9 })).Status);
        api.Member.LeaderIs = new MemberId(9);
        Assert.Equal(
            ErrorTable.For(Refusal.NotLeader), (await api.MaintenanceAsync("MoveLeader", self)).Status);
    }

    private static async Task<AlarmResponse> AlarmAsync(TestApi api, AlarmRequest request)
    {
        var response = (await api.MaintenanceAsync("Alarm", request)).As(AlarmResponse.Parser);
        Assert.Equal(api.Member.Store.CurrentRevision, response.Header.Revision);
        return response;
    }
}
