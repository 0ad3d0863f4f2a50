using System.Net.Security;
using Google.Protobuf;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Infrastructure;

/// <summary>The v3 calls that tests make, as plain methods over generated messages.</summary>
internal sealed class V3Client(
    string url, SslClientAuthenticationOptions? tls = null, TimeSpan? timeLimit = null) : IDisposable
{
    private CallOptions Limited { get; } = new() { Timeout = timeLimit ?? TimeSpan.FromSeconds(20) };

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
        Channel.CallAsync("/etcdserverpb.KV/Range", request, RangeResponse.Parser, Limited);

    public Task<RangeResponse> EverythingAsync(long revision = 0) =>
        RangeAsync(new RangeRequest
        {
            Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0), Revision = revision,
        });

    public Task<PutResponse> PutAsync(string key, string value, long lease = 0) =>
        PutAsync(new PutRequest { Key = Bytes(key), Value = Bytes(value), Lease = lease });

    public Task<PutResponse> PutAsync(PutRequest request) =>
        Channel.CallAsync("/etcdserverpb.KV/Put", request, PutResponse.Parser, Limited);

    public Task<DeleteRangeResponse> DeleteAsync(DeleteRangeRequest request) =>
        Channel.CallAsync("/etcdserverpb.KV/DeleteRange", request, DeleteRangeResponse.Parser, Limited);

    public Task<DeleteRangeResponse> DeleteAsync(string key) => DeleteAsync(new DeleteRangeRequest { Key = Bytes(key) });

    public Task<TxnResponse> TxnAsync(TxnRequest request) =>
        Channel.CallAsync("/etcdserverpb.KV/Txn", request, TxnResponse.Parser, Limited);

    public Task<CompactionResponse> CompactAsync(long revision, bool physical = false) =>
        Channel.CallAsync(
            "/etcdserverpb.KV/Compact",
            new CompactionRequest { Revision = revision, Physical = physical },
            CompactionResponse.Parser,
            Limited);

    public Task<LeaseGrantResponse> GrantAsync(long ttl, long id = 0) =>
        Channel.CallAsync(
            "/etcdserverpb.Lease/LeaseGrant", new LeaseGrantRequest { TTL = ttl, ID = id }, LeaseGrantResponse.Parser,
            Limited);

    public Task<LeaseRevokeResponse> RevokeAsync(long id) =>
        Channel.CallAsync(
            "/etcdserverpb.Lease/LeaseRevoke", new LeaseRevokeRequest { ID = id }, LeaseRevokeResponse.Parser, Limited);

    public Task<LeaseTimeToLiveResponse> TimeToLiveAsync(long id, bool keys = false) =>
        Channel.CallAsync(
            "/etcdserverpb.Lease/LeaseTimeToLive", new LeaseTimeToLiveRequest { ID = id, Keys = keys },
            LeaseTimeToLiveResponse.Parser, Limited);

    public Task<LeaseLeasesResponse> LeasesAsync() =>
        Channel.CallAsync(
            "/etcdserverpb.Lease/LeaseLeases", new LeaseLeasesRequest(), LeaseLeasesResponse.Parser, Limited);

    public Task<HashKVResponse> HashKvAsync(long revision = 0) =>
        Channel.CallAsync(
            "/etcdserverpb.Maintenance/HashKV", new HashKVRequest { Revision = revision }, HashKVResponse.Parser,
            Limited);

    public Task<StatusResponse> StatusAsync() =>
        Channel.CallAsync("/etcdserverpb.Maintenance/Status", new StatusRequest(), StatusResponse.Parser, Limited);

    public Task<DefragmentResponse> DefragmentAsync() =>
        Channel.CallAsync(
            "/etcdserverpb.Maintenance/Defragment", new DefragmentRequest(), DefragmentResponse.Parser, Limited);

    public Task<AlarmResponse> AlarmAsync(AlarmRequest request) =>
        Channel.CallAsync("/etcdserverpb.Maintenance/Alarm", request, AlarmResponse.Parser, Limited);

    public Task<MoveLeaderResponse> MoveLeaderAsync(ulong target) =>
        Channel.CallAsync(
            "/etcdserverpb.Maintenance/MoveLeader", new MoveLeaderRequest { TargetID = target },
            MoveLeaderResponse.Parser, Limited);

    public Task<MemberListResponse> MembersAsync(bool linearizable = true) =>
        Channel.CallAsync(
            "/etcdserverpb.Cluster/MemberList", new MemberListRequest { Linearizable = linearizable },
            MemberListResponse.Parser, Limited);

    public StreamingCall<WatchResponse> Watch() =>
        Channel.OpenStream("/etcdserverpb.Watch/Watch", WatchResponse.Parser);

    public void Dispose() => Channel.Dispose();
}
