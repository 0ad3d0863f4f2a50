namespace Netcd.Api.Access;

/// <summary>
/// Every method of every service, by which it is named, and by which its rule is found in <see cref="AccessPolicy"/>. A
/// test compares this list with the service definitions.
/// </summary>
internal enum Rpc
{
    KvRange,
    KvRangeStream,
    KvPut,
    KvDeleteRange,
    KvTxn,
    KvCompact,

    Watch,

    LeaseGrant,
    LeaseRevoke,
    LeaseKeepAlive,
    LeaseTimeToLive,
    LeaseLeases,

    MemberAdd,
    MemberRemove,
    MemberUpdate,
    MemberList,
    MemberPromote,

    Alarm,
    Status,
    Defragment,
    Hash,
    HashKv,
    Snapshot,
    MoveLeader,
    Downgrade,

    AuthEnable,
    AuthDisable,
    AuthStatus,
    Authenticate,
    UserAdd,
    UserGet,
    UserList,
    UserDelete,
    UserChangePassword,
    UserGrantRole,
    UserRevokeRole,
    RoleAdd,
    RoleGet,
    RoleList,
    RoleDelete,
    RoleGrantPermission,
    RoleRevokePermission,

    Lock,
    Unlock,
    Campaign,
    Proclaim,
    Leader,
    Observe,
    Resign,

    HealthCheck,
    HealthList,
    HealthWatch,
}
