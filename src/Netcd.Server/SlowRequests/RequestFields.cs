using Netcd.Server.Requests;

namespace Netcd.Server.SlowRequests;

/// <summary>
/// The fields of requests in the order of upstream's .proto files (api/etcdserverpb/rpc.proto, raft_internal.proto,
/// etcdserver.proto; api/membershippb/membership.proto).
/// </summary>
internal static class RequestFields
{
    internal static readonly TextField[] Header =
    [
        new(1, "ID", TextKind.Unsigned), Quoted(2, "username"), new(3, "auth_revision", TextKind.Unsigned),
    ];

    internal static readonly TextField[] Range =
    [
        Quoted(1, "key"),
        Quoted(2, "range_end"),
        Signed(3, "limit"),
        Signed(4, "revision"),
        new(5, "sort_order", TextKind.Enum) { Values = ["NONE", "ASCEND", "DESCEND"] },
        new(6, "sort_target", TextKind.Enum) { Values = ["KEY", "VERSION", "CREATE", "MOD", "VALUE"] },
        Bool(7, "serializable"),
        Bool(8, "keys_only"),
        Bool(9, "count_only"),
        Signed(10, "min_mod_revision"),
        Signed(11, "max_mod_revision"),
        Signed(12, "min_create_revision"),
        Signed(13, "max_create_revision"),
    ];

    internal static readonly TextField[] Put =
    [
        Quoted(1, "key"),
        new(2, "value_size", TextKind.Length),
        Signed(3, "lease"),
        Bool(4, "prev_kv"),
        Bool(5, "ignore_value"),
        Bool(6, "ignore_lease"),
    ];

    internal static readonly TextField[] DeleteRange =
        [Quoted(1, "key"), Quoted(2, "range_end"), Bool(3, "prev_kv")];

    internal static readonly TextField[] Compare =
    [
        new(1, "result", TextKind.Enum) { Values = ["EQUAL", "GREATER", "LESS", "NOT_EQUAL"] },
        new(2, "target", TextKind.Enum) { Values = ["VERSION", "CREATE", "MOD", "VALUE", "LEASE"] },
        Quoted(3, "key"),
        new(4, "version", TextKind.Signed) { HasPresence = true },
        new(5, "create_revision", TextKind.Signed) { HasPresence = true },
        new(6, "mod_revision", TextKind.Signed) { HasPresence = true },
        new(7, "value_size", TextKind.Length),
        new(8, "lease", TextKind.Signed) { HasPresence = true },
        Quoted(64, "range_end"),
    ];

    /// <summary>A request of the version 2 API, which membership is written with.</summary>
    internal static readonly TextField[] Version2 =
    [
        new(1, "ID", TextKind.Unsigned),
        Quoted(2, "Method"),
        Quoted(3, "Path"),
        Quoted(4, "Val"),
        Bool(5, "Dir"),
        Quoted(6, "PrevValue"),
        new(7, "PrevIndex", TextKind.Unsigned),
        new(8, "PrevExist", TextKind.Bool) { HasPresence = true },
        Signed(9, "Expiration"),
        Bool(10, "Wait"),
        new(11, "Since", TextKind.Unsigned),
        Bool(12, "Recursive"),
        Bool(13, "Sorted"),
        Bool(14, "Quorum"),
        Signed(15, "Time"),
        Bool(16, "Stream"),
        new(17, "Refresh", TextKind.Bool) { HasPresence = true },
    ];

    private static readonly TextField[] Permission =
    [
        new(1, "permType", TextKind.Enum) { Values = ["READ", "WRITE", "READWRITE"] },
        Quoted(2, "key"),
        Quoted(3, "range_end"),
    ];

    /// <summary>The requests that hold nothing to be kept back, by kind: their field in the entry.</summary>
    private static readonly Dictionary<InternalRequestKind, TextField> Open = new()
    {
        [InternalRequestKind.V2] = Message("v2", Version2),
        [InternalRequestKind.Range] = Message("range", Range),
        [InternalRequestKind.DeleteRange] = Message("delete_range", DeleteRange),
        [InternalRequestKind.Compaction] = Message("compaction", [Signed(1, "revision"), Bool(2, "physical")]),
        [InternalRequestKind.Alarm] = Message(
            "alarm",
            [
                new(1, "action", TextKind.Enum) { Values = ["GET", "ACTIVATE", "DEACTIVATE"] },
                new(2, "memberID", TextKind.Unsigned),
                new(3, "alarm", TextKind.Enum) { Values = ["NONE", "NOSPACE", "CORRUPT"] },
            ]),
        [InternalRequestKind.LeaseCheckpoint] = Message(
            "lease_checkpoint",
            [
                new(1, "checkpoints", TextKind.Message)
                {
                    Fields = [Signed(1, "ID"), Signed(2, "remaining_TTL")],
                    IsRepeated = true,
                },
            ]),
        [InternalRequestKind.AuthEnable] = Message("auth_enable", []),
        [InternalRequestKind.AuthDisable] = Message("auth_disable", []),
        [InternalRequestKind.AuthStatus] = Message("auth_status", []),
        [InternalRequestKind.AuthUserDelete] = Message("auth_user_delete", [Quoted(1, "name")]),
        [InternalRequestKind.AuthUserGet] = Message("auth_user_get", [Quoted(1, "name")]),
        [InternalRequestKind.AuthUserGrantRole] = Message(
            "auth_user_grant_role", [Quoted(1, "user"), Quoted(2, "role")]),
        [InternalRequestKind.AuthUserRevokeRole] = Message(
            "auth_user_revoke_role", [Quoted(1, "name"), Quoted(2, "role")]),
        [InternalRequestKind.AuthUserList] = Message("auth_user_list", []),
        [InternalRequestKind.AuthRoleList] = Message("auth_role_list", []),
        [InternalRequestKind.AuthRoleAdd] = Message("auth_role_add", [Quoted(1, "name")]),
        [InternalRequestKind.AuthRoleDelete] = Message("auth_role_delete", [Quoted(1, "role")]),
        [InternalRequestKind.AuthRoleGet] = Message("auth_role_get", [Quoted(1, "role")]),
        [InternalRequestKind.AuthRoleGrantPermission] = Message(
            "auth_role_grant_permission",
            [Quoted(1, "name"), new(2, "perm", TextKind.Message) { Fields = Permission, HasPresence = true }]),
        [InternalRequestKind.AuthRoleRevokePermission] = Message(
            "auth_role_revoke_permission", [Quoted(1, "role"), Quoted(2, "key"), Quoted(3, "range_end")]),
        [InternalRequestKind.ClusterVersionSet] = Message("cluster_version_set", [Quoted(1, "ver")]),
        [InternalRequestKind.ClusterMemberAttributesSet] = Message(
            "cluster_member_attr_set",
            [
                new(1, "member_ID", TextKind.Unsigned),
                new(2, "member_attributes", TextKind.Message)
                {
                    Fields =
                    [
                        Quoted(1, "name"), new(2, "client_urls", TextKind.Quoted) { IsRepeated = true },
                    ],
                    HasPresence = true,
                },
            ]),
        [InternalRequestKind.DowngradeInfoSet] = Message(
            "downgrade_info_set", [Bool(1, "enabled"), Quoted(2, "ver")]),
        [InternalRequestKind.DowngradeVersionTest] = Message("downgrade_version_test", [Quoted(1, "ver")]),
    };

    /// <summary>Null for a kind that <see cref="RequestText"/> shows in a way of its own.</summary>
    internal static TextField? Of(InternalRequestKind kind) => Open.GetValueOrDefault(kind);

    private static TextField Message(string name, TextField[] fields) =>
        new(0, name, TextKind.Message) { Fields = fields, HasPresence = true };

    private static TextField Quoted(int number, string name) => new(number, name, TextKind.Quoted);

    private static TextField Signed(int number, string name) => new(number, name, TextKind.Signed);

    private static TextField Bool(int number, string name) => new(number, name, TextKind.Bool);
}
