using Netcd.Base;

namespace Netcd.Api.Access;

/// <summary>
/// The rule of every method. There is no rule for "all others": a method without a line here does not compile.
/// </summary>
internal static class AccessPolicy
{
// The warning about numbers that are no method's; that of a method without a line stays on, as an error.
#pragma warning disable CS8524
    public static AccessRule Of(Rpc rpc) => rpc switch
    {
        Rpc.KvRange => AccessRule.Keys,
        Rpc.KvRangeStream => AccessRule.Keys,
        Rpc.KvPut => AccessRule.Applied,
        Rpc.KvDeleteRange => AccessRule.Applied,
        Rpc.KvTxn => AccessRule.Applied,
        Rpc.KvCompact => AccessRule.Root,

        Rpc.Watch => AccessRule.Keys,

        Rpc.LeaseGrant => AccessRule.User,
        Rpc.LeaseRevoke => AccessRule.User,
        Rpc.LeaseKeepAlive => AccessRule.User,
        Rpc.LeaseTimeToLive => AccessRule.User,
        Rpc.LeaseLeases => AccessRule.User,

        Rpc.MemberAdd => AccessRule.Root,
        Rpc.MemberRemove => AccessRule.Root,
        Rpc.MemberUpdate => AccessRule.Root,
        Rpc.MemberList => AccessRule.User,
        Rpc.MemberPromote => AccessRule.Root,

        // Whoever changes alarms must be root; the method sees to that.
        Rpc.Alarm => AccessRule.User,
        Rpc.Status => AccessRule.Root,
        Rpc.Defragment => AccessRule.Root,
        Rpc.Hash => AccessRule.Root,
        Rpc.HashKv => AccessRule.Root,
        Rpc.Snapshot => AccessRule.Root,
        Rpc.MoveLeader => AccessRule.Root,
        Rpc.Downgrade => AccessRule.Root,

        Rpc.AuthEnable => AccessRule.Applied,
        Rpc.AuthDisable => AccessRule.Applied,
        Rpc.AuthStatus => AccessRule.Applied,
        Rpc.Authenticate => AccessRule.Open,
        Rpc.UserAdd => AccessRule.Applied,
        Rpc.UserGet => AccessRule.Applied,
        Rpc.UserList => AccessRule.Applied,
        Rpc.UserDelete => AccessRule.Applied,
        Rpc.UserChangePassword => AccessRule.Applied,
        Rpc.UserGrantRole => AccessRule.Applied,
        Rpc.UserRevokeRole => AccessRule.Applied,
        Rpc.RoleAdd => AccessRule.Applied,
        Rpc.RoleGet => AccessRule.Applied,
        Rpc.RoleList => AccessRule.Applied,
        Rpc.RoleDelete => AccessRule.Applied,
        Rpc.RoleGrantPermission => AccessRule.Applied,
        Rpc.RoleRevokePermission => AccessRule.Applied,

        // Made of calls of the methods above in the caller's name, whose rules hold.
        Rpc.Lock => AccessRule.Applied,
        Rpc.Unlock => AccessRule.Applied,
        Rpc.Campaign => AccessRule.Applied,
        Rpc.Proclaim => AccessRule.Applied,
        Rpc.Leader => AccessRule.Keys,
        Rpc.Observe => AccessRule.Keys,
        Rpc.Resign => AccessRule.Applied,

        Rpc.HealthCheck => AccessRule.Open,
        Rpc.HealthList => AccessRule.Open,
        Rpc.HealthWatch => AccessRule.Open,
    };

    /// <summary>Service and method as they stand in a call's path.</summary>
    public static (string Service, string Name) NameOf(Rpc rpc) => rpc switch
    {
        Rpc.KvRange => (Kv, "Range"),
        Rpc.KvRangeStream => (Kv, "RangeStream"),
        Rpc.KvPut => (Kv, "Put"),
        Rpc.KvDeleteRange => (Kv, "DeleteRange"),
        Rpc.KvTxn => (Kv, "Txn"),
        Rpc.KvCompact => (Kv, "Compact"),
        Rpc.Watch => ("etcdserverpb.Watch", "Watch"),
        >= Rpc.LeaseGrant and <= Rpc.LeaseLeases => ("etcdserverpb.Lease", rpc.ToString()),
        >= Rpc.MemberAdd and <= Rpc.MemberPromote => ("etcdserverpb.Cluster", rpc.ToString()),
        Rpc.HashKv => ("etcdserverpb.Maintenance", "HashKV"),
        >= Rpc.Alarm and <= Rpc.Downgrade => ("etcdserverpb.Maintenance", rpc.ToString()),
        >= Rpc.AuthEnable and <= Rpc.RoleRevokePermission => ("etcdserverpb.Auth", rpc.ToString()),
        Rpc.Lock or Rpc.Unlock => ("v3lockpb.Lock", rpc.ToString()),
        >= Rpc.Campaign and <= Rpc.Resign => ("v3electionpb.Election", rpc.ToString()),
        Rpc.HealthCheck => (Health, "Check"),
        Rpc.HealthList => (Health, "List"),
        Rpc.HealthWatch => (Health, "Watch"),
        _ => throw new InvariantException($"method {rpc} has no name"),
    };
#pragma warning restore CS8524

    private const string Kv = "etcdserverpb.KV";
    private const string Health = "grpc.health.v1.Health";
}
