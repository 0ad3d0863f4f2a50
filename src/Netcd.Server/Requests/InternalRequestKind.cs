namespace Netcd.Server.Requests;

/// <summary>
/// Which request an entry of the log carries; the value is the field number in etcdserverpb.InternalRaftRequest
/// (api/etcdserverpb/raft_internal.proto).
/// </summary>
public enum InternalRequestKind
{
    None = 0,
    V2 = 2,
    Range = 3,
    Put = 4,
    DeleteRange = 5,
    Txn = 6,
    Compaction = 7,
    LeaseGrant = 8,
    LeaseRevoke = 9,
    Alarm = 10,
    LeaseCheckpoint = 11,
    AuthEnable = 1000,
    AuthDisable = 1011,
    Authenticate = 1012,
    AuthStatus = 1013,
    AuthUserAdd = 1100,
    AuthUserDelete = 1101,
    AuthUserGet = 1102,
    AuthUserChangePassword = 1103,
    AuthUserGrantRole = 1104,
    AuthUserRevokeRole = 1105,
    AuthUserList = 1106,
    AuthRoleList = 1107,
    AuthRoleAdd = 1200,
    AuthRoleDelete = 1201,
    AuthRoleGet = 1202,
    AuthRoleGrantPermission = 1203,
    AuthRoleRevokePermission = 1204,
    ClusterVersionSet = 1300,
    ClusterMemberAttributesSet = 1301,
    DowngradeInfoSet = 1302,
    DowngradeVersionTest = 9900,
}
