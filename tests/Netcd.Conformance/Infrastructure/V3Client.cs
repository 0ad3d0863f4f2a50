using System.Diagnostics;
using System.Net.Security;
using Google.Protobuf;
using Netcd.Grpc;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Infrastructure;

/// <summary>The v3 calls that tests make, as plain methods over generated messages.</summary>
/// <param name="url">The member.</param>
/// <param name="tls">Null for plaintext.</param>
/// <param name="timeLimit">Of each call.</param>
/// <param name="insists">
/// Whether a call is made again that a member had no leader or not time enough for. Not for those who count what becomes
/// of each call.
/// </param>
internal sealed class V3Client(
    string url, SslClientAuthenticationOptions? tls = null, TimeSpan? timeLimit = null, bool insists = true)
    : IDisposable
{
    private static readonly TimeSpan PauseWithoutLeader = TimeSpan.FromMilliseconds(50);

    // For calls that must be answered: long enough for a busy machine.
    private CallOptions Limited { get; } = new() { Timeout = timeLimit ?? TimeSpan.FromSeconds(90) };

    public GrpcChannel Channel { get; } = new(new Uri(url), tls);

    public static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    /// <summary>End of the range of keys that begin with a prefix.</summary>
    public static ByteString PrefixEnd(string prefix)
    {
        var end = Bytes(prefix).ToByteArray();
        end[^1]++;
        return ByteString.CopyFrom(end);
    }

    public Task<RangeResponse> RangeAsync(RangeRequest request) =>
        CallAsync("/etcdserverpb.KV/Range", request, RangeResponse.Parser);

    public Task<RangeResponse> EverythingAsync(long revision = 0) =>
        RangeAsync(new RangeRequest
        {
            Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0), Revision = revision,
        });

    public Task<PutResponse> PutAsync(string key, string value, long lease = 0) =>
        PutAsync(new PutRequest { Key = Bytes(key), Value = Bytes(value), Lease = lease });

    public Task<PutResponse> PutAsync(PutRequest request) =>
        CallAsync("/etcdserverpb.KV/Put", request, PutResponse.Parser);

    public Task<DeleteRangeResponse> DeleteAsync(DeleteRangeRequest request) =>
        CallAsync("/etcdserverpb.KV/DeleteRange", request, DeleteRangeResponse.Parser);

    public Task<DeleteRangeResponse> DeleteAsync(string key) => DeleteAsync(new DeleteRangeRequest { Key = Bytes(key) });

    public Task<TxnResponse> TxnAsync(TxnRequest request) =>
        CallAsync("/etcdserverpb.KV/Txn", request, TxnResponse.Parser);

    public Task<CompactionResponse> CompactAsync(long revision, bool physical = false) =>
        CallAsync(
            "/etcdserverpb.KV/Compact",
            new CompactionRequest { Revision = revision, Physical = physical },
            CompactionResponse.Parser);

    public Task<LeaseGrantResponse> GrantAsync(long ttl, long id = 0) =>
        CallAsync(
            "/etcdserverpb.Lease/LeaseGrant", new LeaseGrantRequest { TTL = ttl, ID = id }, LeaseGrantResponse.Parser);

    public Task<LeaseRevokeResponse> RevokeAsync(long id) =>
        CallAsync(
            "/etcdserverpb.Lease/LeaseRevoke", new LeaseRevokeRequest { ID = id }, LeaseRevokeResponse.Parser);

    public Task<LeaseTimeToLiveResponse> TimeToLiveAsync(long id, bool keys = false) =>
        CallAsync(
            "/etcdserverpb.Lease/LeaseTimeToLive", new LeaseTimeToLiveRequest { ID = id, Keys = keys },
            LeaseTimeToLiveResponse.Parser);

    public Task<LeaseLeasesResponse> LeasesAsync() =>
        CallAsync(
            "/etcdserverpb.Lease/LeaseLeases", new LeaseLeasesRequest(), LeaseLeasesResponse.Parser);

    public Task<HashKVResponse> HashKvAsync(long revision = 0) =>
        CallAsync(
            "/etcdserverpb.Maintenance/HashKV", new HashKVRequest { Revision = revision }, HashKVResponse.Parser);

    public Task<StatusResponse> StatusAsync() =>
        CallAsync("/etcdserverpb.Maintenance/Status", new StatusRequest(), StatusResponse.Parser);

    public Task<DefragmentResponse> DefragmentAsync() =>
        CallAsync(
            "/etcdserverpb.Maintenance/Defragment", new DefragmentRequest(), DefragmentResponse.Parser);

    public Task<AlarmResponse> AlarmAsync(AlarmRequest request) =>
        CallAsync("/etcdserverpb.Maintenance/Alarm", request, AlarmResponse.Parser);

    public Task<MoveLeaderResponse> MoveLeaderAsync(ulong target) =>
        CallAsync(
            "/etcdserverpb.Maintenance/MoveLeader", new MoveLeaderRequest { TargetID = target },
            MoveLeaderResponse.Parser);

    public Task<MemberListResponse> MembersAsync(bool linearizable = true) =>
        CallAsync(
            "/etcdserverpb.Cluster/MemberList", new MemberListRequest { Linearizable = linearizable },
            MemberListResponse.Parser);

    public StreamingCall<WatchResponse> Watch() =>
        Channel.OpenStream("/etcdserverpb.Watch/Watch", WatchResponse.Parser);

    /// <summary>Whether a member refused for want of a leader, or lost the one that it asked.</summary>
    public static bool IsWithoutLeader(Status status) =>
        status.Code == StatusCode.Unavailable && Transient.IsSaidIn(status.Message);

    public void Dispose() => Channel.Dispose();

    /// <summary>A unary call that is made until it is decided.</summary>
    public async Task<T> CallAsync<T>(
        string path, IMessage request, MessageParser<T> parser,
        IReadOnlyList<KeyValuePair<string, string>>? metadata = null)
        where T : IMessage<T>
    {
        var options = Limited with { Metadata = metadata ?? [] };
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await Channel.CallAsync(path, request, parser, options);
            }
            catch (GrpcException problem) when (insists && IsWithoutLeader(problem.Status)
                && clock.Elapsed < Limited.Timeout)
            {
                await Task.Delay(PauseWithoutLeader);
            }
        }
    }
}
