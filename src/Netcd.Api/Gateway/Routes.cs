using Google.Protobuf.Reflection;
using Netcd.Api.Gateway.Json;
using Netcd.Grpc;
using Netcd.Proto.Election;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Lock;

namespace Netcd.Api.Gateway;

/// <summary>
/// The paths of the gateway and the gRPC methods behind them: the google.api.http options of etcd's .proto files, as
/// its generated gateway has them (api/etcdserverpb/gw, v3lockpb/gw, v3electionpb/gw).
/// </summary>
internal sealed class Routes
{
    private readonly Dictionary<string, Route> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonShape> _shapes = new(StringComparer.Ordinal);
    private readonly MethodTable _methods;

    public Routes(MethodTable methods)
    {
        _methods = methods;
        AddKeyValues();
        AddLeases();
        AddCluster();
        AddMaintenance();
        AddAuth();
        AddConcurrency();
    }

    public IReadOnlyDictionary<string, Route> All => _byPath;

    public Route? Find(string path) => _byPath.GetValueOrDefault(path);

    private void AddKeyValues()
    {
        const string Service = "/etcdserverpb.KV/";
        Add("/v3/kv/range", $"{Service}Range", RangeRequest.Descriptor, RangeResponse.Descriptor);
        Add("/v3/kv/put", $"{Service}Put", PutRequest.Descriptor, PutResponse.Descriptor);
        Add("/v3/kv/deleterange", $"{Service}DeleteRange",
            DeleteRangeRequest.Descriptor, DeleteRangeResponse.Descriptor);
        Add("/v3/kv/txn", $"{Service}Txn", TxnRequest.Descriptor, TxnResponse.Descriptor);
        Add("/v3/kv/compaction", $"{Service}Compact", CompactionRequest.Descriptor, CompactionResponse.Descriptor);
        Add("/v3/watch", "/etcdserverpb.Watch/Watch", WatchRequest.Descriptor, WatchResponse.Descriptor);
    }

    private void AddLeases()
    {
        const string Service = "/etcdserverpb.Lease/";
        Add("/v3/lease/grant", $"{Service}LeaseGrant", LeaseGrantRequest.Descriptor, LeaseGrantResponse.Descriptor);
        Add("/v3/lease/keepalive", $"{Service}LeaseKeepAlive",
            LeaseKeepAliveRequest.Descriptor, LeaseKeepAliveResponse.Descriptor);

        // The second path of each is the one of etcd 3.2.
        foreach (var prefix in (string[])["/v3/lease/", "/v3/kv/lease/"])
        {
            Add($"{prefix}revoke", $"{Service}LeaseRevoke",
                LeaseRevokeRequest.Descriptor, LeaseRevokeResponse.Descriptor);
            Add($"{prefix}timetolive", $"{Service}LeaseTimeToLive",
                LeaseTimeToLiveRequest.Descriptor, LeaseTimeToLiveResponse.Descriptor);
            Add($"{prefix}leases", $"{Service}LeaseLeases",
                LeaseLeasesRequest.Descriptor, LeaseLeasesResponse.Descriptor);
        }
    }

    private void AddCluster()
    {
        const string Service = "/etcdserverpb.Cluster/Member";
        const string Prefix = "/v3/cluster/member/";
        Add($"{Prefix}add", $"{Service}Add", MemberAddRequest.Descriptor, MemberAddResponse.Descriptor);
        Add($"{Prefix}remove", $"{Service}Remove", MemberRemoveRequest.Descriptor, MemberRemoveResponse.Descriptor);
        Add($"{Prefix}update", $"{Service}Update", MemberUpdateRequest.Descriptor, MemberUpdateResponse.Descriptor);
        Add($"{Prefix}list", $"{Service}List", MemberListRequest.Descriptor, MemberListResponse.Descriptor);
        Add($"{Prefix}promote", $"{Service}Promote",
            MemberPromoteRequest.Descriptor, MemberPromoteResponse.Descriptor);
    }

    private void AddMaintenance()
    {
        const string Service = "/etcdserverpb.Maintenance/";
        const string Prefix = "/v3/maintenance/";
        Add($"{Prefix}alarm", $"{Service}Alarm", AlarmRequest.Descriptor, AlarmResponse.Descriptor);
        Add($"{Prefix}status", $"{Service}Status", StatusRequest.Descriptor, StatusResponse.Descriptor);
        Add($"{Prefix}defragment", $"{Service}Defragment",
            DefragmentRequest.Descriptor, DefragmentResponse.Descriptor);
        Add($"{Prefix}hash", $"{Service}Hash", HashRequest.Descriptor, HashResponse.Descriptor);
        Add($"{Prefix}hashkv", $"{Service}HashKV", HashKVRequest.Descriptor, HashKVResponse.Descriptor);
        Add($"{Prefix}snapshot", $"{Service}Snapshot", SnapshotRequest.Descriptor, SnapshotResponse.Descriptor);
        Add($"{Prefix}transfer-leadership", $"{Service}MoveLeader",
            MoveLeaderRequest.Descriptor, MoveLeaderResponse.Descriptor);
        Add($"{Prefix}downgrade", $"{Service}Downgrade", DowngradeRequest.Descriptor, DowngradeResponse.Descriptor);
    }

    private void AddAuth()
    {
        const string Service = "/etcdserverpb.Auth/";
        Add("/v3/auth/enable", $"{Service}AuthEnable", AuthEnableRequest.Descriptor, AuthEnableResponse.Descriptor);
        Add("/v3/auth/disable", $"{Service}AuthDisable",
            AuthDisableRequest.Descriptor, AuthDisableResponse.Descriptor);
        Add("/v3/auth/status", $"{Service}AuthStatus", AuthStatusRequest.Descriptor, AuthStatusResponse.Descriptor);
        Add("/v3/auth/authenticate", $"{Service}Authenticate",
            AuthenticateRequest.Descriptor, AuthenticateResponse.Descriptor);
        AddUsers($"{Service}User");
        AddRoles($"{Service}Role");
    }

    private void AddUsers(string service)
    {
        const string Prefix = "/v3/auth/user/";
        Add($"{Prefix}add", $"{service}Add", AuthUserAddRequest.Descriptor, AuthUserAddResponse.Descriptor);
        Add($"{Prefix}get", $"{service}Get", AuthUserGetRequest.Descriptor, AuthUserGetResponse.Descriptor);
        Add($"{Prefix}list", $"{service}List", AuthUserListRequest.Descriptor, AuthUserListResponse.Descriptor);
        Add($"{Prefix}delete", $"{service}Delete",
            AuthUserDeleteRequest.Descriptor, AuthUserDeleteResponse.Descriptor);
        Add($"{Prefix}changepw", $"{service}ChangePassword",
            AuthUserChangePasswordRequest.Descriptor, AuthUserChangePasswordResponse.Descriptor);
        Add($"{Prefix}grant", $"{service}GrantRole",
            AuthUserGrantRoleRequest.Descriptor, AuthUserGrantRoleResponse.Descriptor);
        Add($"{Prefix}revoke", $"{service}RevokeRole",
            AuthUserRevokeRoleRequest.Descriptor, AuthUserRevokeRoleResponse.Descriptor);
    }

    private void AddRoles(string service)
    {
        const string Prefix = "/v3/auth/role/";
        Add($"{Prefix}add", $"{service}Add", AuthRoleAddRequest.Descriptor, AuthRoleAddResponse.Descriptor);
        Add($"{Prefix}get", $"{service}Get", AuthRoleGetRequest.Descriptor, AuthRoleGetResponse.Descriptor);
        Add($"{Prefix}list", $"{service}List", AuthRoleListRequest.Descriptor, AuthRoleListResponse.Descriptor);
        Add($"{Prefix}delete", $"{service}Delete",
            AuthRoleDeleteRequest.Descriptor, AuthRoleDeleteResponse.Descriptor);
        Add($"{Prefix}grant", $"{service}GrantPermission",
            AuthRoleGrantPermissionRequest.Descriptor, AuthRoleGrantPermissionResponse.Descriptor);
        Add($"{Prefix}revoke", $"{service}RevokePermission",
            AuthRoleRevokePermissionRequest.Descriptor, AuthRoleRevokePermissionResponse.Descriptor);
    }

    private void AddConcurrency()
    {
        const string Locks = "/v3lockpb.Lock/";
        Add("/v3/lock/lock", $"{Locks}Lock", LockRequest.Descriptor, LockResponse.Descriptor);
        Add("/v3/lock/unlock", $"{Locks}Unlock", UnlockRequest.Descriptor, UnlockResponse.Descriptor);

        const string Elections = "/v3electionpb.Election/";
        Add("/v3/election/campaign", $"{Elections}Campaign", CampaignRequest.Descriptor, CampaignResponse.Descriptor);
        Add("/v3/election/proclaim", $"{Elections}Proclaim", ProclaimRequest.Descriptor, ProclaimResponse.Descriptor);
        Add("/v3/election/leader", $"{Elections}Leader", LeaderRequest.Descriptor, LeaderResponse.Descriptor);
        Add("/v3/election/observe", $"{Elections}Observe", LeaderRequest.Descriptor, LeaderResponse.Descriptor);
        Add("/v3/election/resign", $"{Elections}Resign", ResignRequest.Descriptor, ResignResponse.Descriptor);
    }

    private void Add(string path, string method, MessageDescriptor request, MessageDescriptor response) =>
        _byPath.Add(path, new Route(
            method,
            _methods.TryGet(method, out var found) ? found : null,
            JsonShape.Of(request, _shapes),
            JsonShape.Of(response, _shapes)));
}
