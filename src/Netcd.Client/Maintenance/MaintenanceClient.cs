using System.Runtime.CompilerServices;
using Netcd.Client.Calls;
using Netcd.Grpc.Client;

namespace Netcd.Client;

/// <summary>
/// Care for members and cluster. What concerns one member takes its endpoint; null is any of the client's.
/// </summary>
/// <example>
/// <code>
/// foreach (var endpoint in client.Endpoints)
/// {
///     var status = await client.Maintenance.StatusAsync(endpoint);
///     Console.WriteLine($"{endpoint} {status.Version} {status.DbSize}");
/// }
/// </code>
/// </example>
public sealed class MaintenanceClient
{
    private const string SnapshotPath = "/etcdserverpb.Maintenance/Snapshot";

    private static readonly Rpc<StatusResponse> StatusRpc =
        new("/etcdserverpb.Maintenance/Status", StatusResponse.Parser, RetryClass.Repeatable);

    private static readonly Rpc<AlarmResponse> AlarmRpc =
        new("/etcdserverpb.Maintenance/Alarm", AlarmResponse.Parser, RetryClass.Repeatable);

    private static readonly Rpc<DefragmentResponse> DefragmentRpc =
        new("/etcdserverpb.Maintenance/Defragment", DefragmentResponse.Parser, RetryClass.Once);

    private static readonly Rpc<HashResponse> HashRpc =
        new("/etcdserverpb.Maintenance/Hash", HashResponse.Parser, RetryClass.Repeatable);

    private static readonly Rpc<HashKVResponse> HashKvRpc =
        new("/etcdserverpb.Maintenance/HashKV", HashKVResponse.Parser, RetryClass.Repeatable);

    private static readonly Rpc<MoveLeaderResponse> MoveLeaderRpc =
        new("/etcdserverpb.Maintenance/MoveLeader", MoveLeaderResponse.Parser, RetryClass.Repeatable);

    private static readonly Rpc<DowngradeResponse> DowngradeRpc =
        new("/etcdserverpb.Maintenance/Downgrade", DowngradeResponse.Parser, RetryClass.Once);

    private readonly EtcdClient _client;

    internal MaintenanceClient(EtcdClient client) => _client = client;

    /// <summary>How a member is.</summary>
    public Task<StatusResponse> StatusAsync(string? endpoint = null, CancellationToken cancellationToken = default) =>
        _client.CallAtAsync(endpoint, StatusRpc, new StatusRequest(), cancellationToken);

    /// <summary>Gives a member's free pages back to the file system. The member answers nothing meanwhile.</summary>
    public Task<DefragmentResponse> DefragmentAsync(
        string? endpoint = null, CancellationToken cancellationToken = default) =>
        _client.CallAtAsync(endpoint, DefragmentRpc, new DefragmentRequest(), cancellationToken);

    /// <summary>Hash of a member's whole database.</summary>
    public Task<HashResponse> HashAsync(string? endpoint = null, CancellationToken cancellationToken = default) =>
        _client.CallAtAsync(endpoint, HashRpc, new HashRequest(), cancellationToken);

    /// <summary>Hash of a member's keys up to a revision; 0 for the newest.</summary>
    public Task<HashKVResponse> HashKvAsync(
        string? endpoint = null, long revision = 0, CancellationToken cancellationToken = default) =>
        _client.CallAtAsync(endpoint, HashKvRpc, new HashKVRequest { Revision = revision }, cancellationToken);

    /// <summary>All alarms.</summary>
    public Task<AlarmResponse> AlarmListAsync(CancellationToken cancellationToken = default) =>
        AlarmAsync(new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Get }, cancellationToken);

    /// <summary>Ends an alarm; all alarms for member 0 and no kind.</summary>
    public async Task<AlarmResponse> AlarmDisarmAsync(
        ulong memberId = 0, AlarmType alarm = AlarmType.None, CancellationToken cancellationToken = default)
    {
        if (memberId != 0 || alarm != AlarmType.None)
        {
            return await AlarmAsync(
                new AlarmRequest
                {
                    Action = AlarmRequest.Types.AlarmAction.Deactivate, MemberID = memberId, Alarm = alarm,
                },
                cancellationToken).ConfigureAwait(false);
        }

        var all = await AlarmListAsync(cancellationToken).ConfigureAwait(false);
        var answer = new AlarmResponse();
        foreach (var one in all.Alarms)
        {
            // An entry without either would disarm everything again and again.
            if (one.MemberID != 0 || one.Alarm != AlarmType.None)
            {
                var ended = await AlarmDisarmAsync(one.MemberID, one.Alarm, cancellationToken).ConfigureAwait(false);
                answer.Alarms.AddRange(ended.Alarms);
            }
        }

        return answer;
    }

    /// <summary>Alarms with etcd's own request.</summary>
    public Task<AlarmResponse> AlarmAsync(AlarmRequest request, CancellationToken cancellationToken = default) =>
        _client.CallAsync(AlarmRpc, request, cancellationToken);

    /// <summary>Hands leadership to a member. The call must reach the leader: see
    /// <see cref="EtcdClient.ForEndpoint"/>.</summary>
    public Task<MoveLeaderResponse> MoveLeaderAsync(
        ulong memberId, CancellationToken cancellationToken = default) =>
        _client.CallAsync(MoveLeaderRpc, new MoveLeaderRequest { TargetID = memberId }, cancellationToken);

    /// <summary>Checks, begins or gives up a downgrade of the cluster.</summary>
    public Task<DowngradeResponse> DowngradeAsync(
        DowngradeRequest.Types.DowngradeAction action, string version, CancellationToken cancellationToken = default) =>
        _client.CallAsync(DowngradeRpc, new DowngradeRequest { Action = action, Version = version }, cancellationToken);

    /// <summary>
    /// A copy of a member's database in parts as they come; the last part is the SHA-256 of the others. Until the first
    /// part has come, other endpoints are tried; afterwards a failure ends it, since another member's file is another.
    /// </summary>
    /// <example>
    /// <code>
    /// await foreach (var part in client.Maintenance.SnapshotAsync())
    /// {
    ///     await file.WriteAsync(part.Blob.Memory);
    /// }
    /// </code>
    /// </example>
    public async IAsyncEnumerable<SnapshotResponse> SnapshotAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var part in SnapshotMessagesAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return SnapshotResponse.Parser.ParseFrom(part.Span);
        }
    }

    /// <summary>
    /// The same without a copy of each part, for whoever writes them down at once: a part is lent until the next is
    /// asked for.
    /// </summary>
    /// <example>
    /// <code>
    /// await foreach (var part in client.Maintenance.SnapshotPartsAsync())
    /// {
    ///     await file.WriteAsync(part.Blob);
    /// }
    /// </code>
    /// </example>
    public async IAsyncEnumerable<SnapshotPart> SnapshotPartsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var part in SnapshotMessagesAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return SnapshotPart.Read(part);
        }
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> SnapshotMessagesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pause = _client.Options.RetryPause;
        for (var hasBegun = false; ;)
        {
            var (call, endpoint) = await _client.Core.Caller.OpenAsync(
                SnapshotPath, SnapshotResponse.Parser, _client.Settings, cancellationToken).ConfigureAwait(false);
            using (call)
            {
                GrpcException? failure = null;
                var parts = call.ReadRawAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
                await using (parts.ConfigureAwait(false))
                {
                    await WriteRequestAsync(call, cancellationToken).ConfigureAwait(false);
                    while (true)
                    {
                        try
                        {
                            if (!await parts.MoveNextAsync().ConfigureAwait(false))
                            {
                                yield break;
                            }
                        }
                        catch (GrpcException problem)
                        {
                            failure = problem;
                            break;
                        }

                        hasBegun = true;
                        yield return parts.Current;
                    }
                }

                _client.Core.Caller.Ended(endpoint, failure);
                if (hasBegun || failure.Code != StatusCode.Unavailable)
                {
                    throw Caller.Translated(failure);
                }
            }

            await Task.Delay(pause, _client.Options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task WriteRequestAsync(
        StreamingCall<SnapshotResponse> call, CancellationToken cancellationToken)
    {
        await call.WriteAsync(new SnapshotRequest(), cancellationToken).ConfigureAwait(false);
        call.CompleteWriting();
    }
}
