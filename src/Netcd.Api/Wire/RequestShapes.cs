namespace Netcd.Api.Wire;

/// <summary>
/// The shapes of all requests that clients send, with the field names of Go's generated structs
/// (api/etcdserverpb/rpc.pb.go, api/authpb/auth.pb.go, server/etcdserver/api/v3lock, v3election). A test compares them
/// with the .proto files.
/// </summary>
internal static class RequestShapes
{
    public static readonly MessageShape UserAddOptions = new("UserAddOptions", Varint(1, "NoPassword"));

    public static readonly MessageShape Permission = new(
        "Permission",
        Varint(1, "PermType"), Bytes(2, "Key"), Bytes(3, "RangeEnd"));

    public static readonly MessageShape LeaderKey = new(
        "LeaderKey",
        Bytes(1, "Name"), Bytes(2, "Key"), Varint(3, "Rev"), Varint(4, "Lease"));

    public static readonly MessageShape RangeRequest = new(
        "RangeRequest",
        Bytes(1, "Key"), Bytes(2, "RangeEnd"), Varint(3, "Limit"), Varint(4, "Revision"), Varint(5, "SortOrder"),
        Varint(6, "SortTarget"), Varint(7, "Serializable"), Varint(8, "KeysOnly"), Varint(9, "CountOnly"),
        Varint(10, "MinModRevision"), Varint(11, "MaxModRevision"), Varint(12, "MinCreateRevision"),
        Varint(13, "MaxCreateRevision"));

    public static readonly MessageShape PutRequest = new(
        "PutRequest",
        Bytes(1, "Key"), Bytes(2, "Value"), Varint(3, "Lease"), Varint(4, "PrevKv"), Varint(5, "IgnoreValue"),
        Varint(6, "IgnoreLease"));

    public static readonly MessageShape DeleteRangeRequest = new(
        "DeleteRangeRequest",
        Bytes(1, "Key"), Bytes(2, "RangeEnd"), Varint(3, "PrevKv"));

    public static readonly MessageShape Compare = new(
        "Compare",
        Varint(1, "Result"), Varint(2, "Target"), Bytes(3, "Key"), Varint(4, "Version"), Varint(5, "CreateRevision"),
        Varint(6, "ModRevision"), Bytes(7, "Value"), Varint(8, "Lease"), Bytes(64, "RangeEnd"));

    public static readonly MessageShape RequestOp = new(
        "RequestOp",
        Message(1, "RequestRange", RangeRequest), Message(2, "RequestPut", PutRequest),
        Message(3, "RequestDeleteRange", DeleteRangeRequest));

    public static readonly MessageShape TxnRequest = new(
        "TxnRequest",
        Message(1, "Compare", Compare), Message(2, "Success", RequestOp), Message(3, "Failure", RequestOp));

    public static readonly MessageShape CompactionRequest = new(
        "CompactionRequest",
        Varint(1, "Revision"), Varint(2, "Physical"));

    public static readonly MessageShape HashRequest = new("HashRequest");

    public static readonly MessageShape HashKVRequest = new("HashKVRequest", Varint(1, "Revision"));

    public static readonly MessageShape SnapshotRequest = new("SnapshotRequest");

    public static readonly MessageShape WatchCreateRequest = new(
        "WatchCreateRequest",
        Bytes(1, "Key"), Bytes(2, "RangeEnd"), Varint(3, "StartRevision"), Varint(4, "ProgressNotify"),
        RepeatedVarint(5, "Filters"), Varint(6, "PrevKv"), Varint(7, "WatchId"), Varint(8, "Fragment"));

    public static readonly MessageShape WatchCancelRequest = new("WatchCancelRequest", Varint(1, "WatchId"));

    public static readonly MessageShape WatchProgressRequest = new("WatchProgressRequest");

    public static readonly MessageShape WatchRequest = new(
        "WatchRequest",
        Message(1, "CreateRequest", WatchCreateRequest), Message(2, "CancelRequest", WatchCancelRequest),
        Message(3, "ProgressRequest", WatchProgressRequest));

    public static readonly MessageShape LeaseGrantRequest = new(
        "LeaseGrantRequest",
        Varint(1, "TTL"), Varint(2, "ID"));

    public static readonly MessageShape LeaseRevokeRequest = new("LeaseRevokeRequest", Varint(1, "ID"));

    public static readonly MessageShape LeaseKeepAliveRequest = new("LeaseKeepAliveRequest", Varint(1, "ID"));

    public static readonly MessageShape LeaseTimeToLiveRequest = new(
        "LeaseTimeToLiveRequest",
        Varint(1, "ID"), Varint(2, "Keys"));

    public static readonly MessageShape LeaseLeasesRequest = new("LeaseLeasesRequest");

    public static readonly MessageShape MemberAddRequest = new(
        "MemberAddRequest",
        Bytes(1, "PeerURLs"), Varint(2, "IsLearner"));

    public static readonly MessageShape MemberRemoveRequest = new("MemberRemoveRequest", Varint(1, "ID"));

    public static readonly MessageShape MemberUpdateRequest = new(
        "MemberUpdateRequest",
        Varint(1, "ID"), Bytes(2, "PeerURLs"));

    public static readonly MessageShape MemberListRequest = new("MemberListRequest", Varint(1, "Linearizable"));

    public static readonly MessageShape MemberPromoteRequest = new("MemberPromoteRequest", Varint(1, "ID"));

    public static readonly MessageShape DefragmentRequest = new("DefragmentRequest");

    public static readonly MessageShape MoveLeaderRequest = new("MoveLeaderRequest", Varint(1, "TargetID"));

    public static readonly MessageShape AlarmRequest = new(
        "AlarmRequest",
        Varint(1, "Action"), Varint(2, "MemberID"), Varint(3, "Alarm"));

    public static readonly MessageShape DowngradeRequest = new(
        "DowngradeRequest",
        Varint(1, "Action"), Bytes(2, "Version"));

    public static readonly MessageShape StatusRequest = new("StatusRequest");

    public static readonly MessageShape AuthEnableRequest = new("AuthEnableRequest");

    public static readonly MessageShape AuthDisableRequest = new("AuthDisableRequest");

    public static readonly MessageShape AuthStatusRequest = new("AuthStatusRequest");

    public static readonly MessageShape AuthenticateRequest = new(
        "AuthenticateRequest",
        Bytes(1, "Name"), Bytes(2, "Password"));

    public static readonly MessageShape AuthUserAddRequest = new(
        "AuthUserAddRequest",
        Bytes(1, "Name"), Bytes(2, "Password"), Message(3, "Options", UserAddOptions), Bytes(4, "HashedPassword"));

    public static readonly MessageShape AuthUserGetRequest = new("AuthUserGetRequest", Bytes(1, "Name"));

    public static readonly MessageShape AuthUserDeleteRequest = new("AuthUserDeleteRequest", Bytes(1, "Name"));

    public static readonly MessageShape AuthUserChangePasswordRequest = new(
        "AuthUserChangePasswordRequest",
        Bytes(1, "Name"), Bytes(2, "Password"), Bytes(3, "HashedPassword"));

    public static readonly MessageShape AuthUserGrantRoleRequest = new(
        "AuthUserGrantRoleRequest",
        Bytes(1, "User"), Bytes(2, "Role"));

    public static readonly MessageShape AuthUserRevokeRoleRequest = new(
        "AuthUserRevokeRoleRequest",
        Bytes(1, "Name"), Bytes(2, "Role"));

    public static readonly MessageShape AuthRoleAddRequest = new("AuthRoleAddRequest", Bytes(1, "Name"));

    public static readonly MessageShape AuthRoleGetRequest = new("AuthRoleGetRequest", Bytes(1, "Role"));

    public static readonly MessageShape AuthUserListRequest = new("AuthUserListRequest");

    public static readonly MessageShape AuthRoleListRequest = new("AuthRoleListRequest");

    public static readonly MessageShape AuthRoleDeleteRequest = new("AuthRoleDeleteRequest", Bytes(1, "Role"));

    public static readonly MessageShape AuthRoleGrantPermissionRequest = new(
        "AuthRoleGrantPermissionRequest",
        Bytes(1, "Name"), Message(2, "Perm", Permission));

    public static readonly MessageShape AuthRoleRevokePermissionRequest = new(
        "AuthRoleRevokePermissionRequest",
        Bytes(1, "Role"), Bytes(2, "Key"), Bytes(3, "RangeEnd"));

    public static readonly MessageShape LockRequest = new("LockRequest", Bytes(1, "Name"), Varint(2, "Lease"));

    public static readonly MessageShape UnlockRequest = new("UnlockRequest", Bytes(1, "Key"));

    public static readonly MessageShape CampaignRequest = new(
        "CampaignRequest",
        Bytes(1, "Name"), Varint(2, "Lease"), Bytes(3, "Value"));

    public static readonly MessageShape LeaderRequest = new("LeaderRequest", Bytes(1, "Name"));

    public static readonly MessageShape ResignRequest = new("ResignRequest", Message(1, "Leader", LeaderKey));

    public static readonly MessageShape ProclaimRequest = new(
        "ProclaimRequest",
        Message(1, "Leader", LeaderKey), Bytes(2, "Value"));

    static RequestShapes() => RequestOp.Complete(Message(4, "RequestTxn", TxnRequest));

    private static FieldShape Varint(int number, string name) => new(number, name, FieldKind.Varint);

    private static FieldShape RepeatedVarint(int number, string name) => new(number, name, FieldKind.RepeatedVarint);

    private static FieldShape Bytes(int number, string name) => new(number, name, FieldKind.Bytes);

    private static FieldShape Message(int number, string name, MessageShape inner) =>
        new(number, name, FieldKind.Message, inner);
}
