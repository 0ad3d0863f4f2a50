using System.Globalization;
using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.Auth;
using Netcd.Proto.Election;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Lock;

namespace Netcd.Conformance.Auth;

/// <summary>Every method with every form of range, in every place where a request can hold one.</summary>
internal static class AuthMatrix
{
    public static readonly string[] StoredKeys =
        ["r1", "r2", "ra", "rb", "rc", "rd", "rp/1", "w1", "w2", "wa", "wb", "wc", "wp/1", "b/1", "secret", "z", "zz"];

    private static readonly (string Label, string Key, string End)[] Forms =
    [
        .. FormsOf("r"), .. FormsOf("w"),
        ("from z", "z", "\0"), ("from zz", "zz", "\0"), ("from b/1", "b/1", "\0"), ("all", "\0", "\0"),
        ("empty", "", ""), ("empty to end", "", "z"), ("empty from", "", "\0"), ("b prefix", "b/", "b0"),
        ("secret", "secret", ""), ("zero byte", "r1\0", ""), ("zero key", "\0", ""), ("zero to r1", "\0", "r1"),
    ];

    /// <summary>A single key, an interval in two pieces that touch, and a prefix.</summary>
    public static IEnumerable<Permission> Permissions(string letter, Permission.Types.Type type) =>
    [
        Permit($"{letter}1", "", type), Permit($"{letter}a", $"{letter}b", type),
        Permit($"{letter}b", $"{letter}d", type), Permit($"{letter}p/", $"{letter}p0", type),
    ];

    /// <param name="name">A word for names that one identity makes.</param>
    /// <param name="firstLease">Its leases, see <see cref="AuthWorld.GrantLeasesAsync"/>.</param>
    /// <param name="peerUrl">The server's own peer address.</param>
    /// <param name="depth">How deep transactions are nested.</param>
    public static IEnumerable<Cell> Cells(string name, long firstLease, string peerUrl, int depth) =>
    [
        .. KeyCells(depth), .. PutCells(firstLease), .. LeaseCells(firstLease), .. ClusterCells(peerUrl),
        .. MaintenanceCells(), .. AuthCells(name), .. RecipeCells(name),
    ];

    private static IEnumerable<(string, string, string)> FormsOf(string p) =>
    [
        ($"{p} single", $"{p}1", ""), ($"{p} other", $"{p}2", ""), ($"{p} interval", $"{p}a", $"{p}d"),
        ($"{p} inside", $"{p}aa", $"{p}c"), ($"{p} beyond", $"{p}a", $"{p}e"), ($"{p} before", $"{p}0", $"{p}b"),
        ($"{p} prefix", $"{p}p/", $"{p}p0"), ($"{p} wide", p, ((char)(p[0] + 1)).ToString()),
        ($"{p} from", $"{p}1", "\0"), ($"{p} from prefix", $"{p}p/", "\0"), ($"{p} backwards", $"{p}c", $"{p}a"),
        ($"{p} nothing", $"{p}b", $"{p}b"), ($"{p} single as interval", $"{p}1", $"{p}1\0"),
        ($"{p} last", $"{p}cz", ""), ($"{p} end", $"{p}d", ""),
    ];

    private static IEnumerable<Cell> KeyCells(int depth)
    {
        foreach (var (label, key, end) in Forms)
        {
            var range = new RangeRequest { Key = V3Client.Bytes(key), RangeEnd = V3Client.Bytes(end) };
            yield return new Cell("/etcdserverpb.KV/Range", range, label);
            yield return new Cell(
                "/etcdserverpb.KV/Range",
                new RangeRequest(range) { Serializable = true, CountOnly = true }, $"{label} serializable count");
            foreach (var previous in new[] { false, true })
            {
                var create = new WatchCreateRequest { Key = range.Key, RangeEnd = range.RangeEnd, PrevKv = previous };
                yield return new Cell(
                    "/etcdserverpb.Watch/Watch", new WatchRequest { CreateRequest = create }, $"{label} {previous}");
                yield return new Cell("/etcdserverpb.KV/DeleteRange", Delete(key, end, previous), $"{label} {previous}");
            }

            foreach (var cell in TxnCells(label, key, end, depth))
            {
                yield return cell;
            }
        }
    }

    private static IEnumerable<Cell> TxnCells(string label, string key, string end, int depth)
    {
        var compare = new Compare { Key = V3Client.Bytes(key), RangeEnd = V3Client.Bytes(end), ModRevision = 1 };
        var range = new RangeRequest { Key = V3Client.Bytes(key), RangeEnd = V3Client.Bytes(end) };
        (string, RequestOp)[] operations =
        [
            ("range", new RequestOp { RequestRange = range }),
            ("delete", new RequestOp { RequestDeleteRange = Delete(key, end, previous: false) }),
            ("delete prev", new RequestOp { RequestDeleteRange = Delete(key, end, previous: true) }),
            ("put", new RequestOp { RequestPut = new PutRequest { Key = V3Client.Bytes(key) } }),
            ("put prev", new RequestOp { RequestPut = new PutRequest { Key = V3Client.Bytes(key), PrevKv = true } }),
        ];
        yield return Txn(new TxnRequest { Compare = { compare } }, $"{label} compare");
        foreach (var (what, operation) in operations)
        {
            if (end.Length > 0 && what.StartsWith("put", StringComparison.Ordinal))
            {
                continue;
            }

            yield return Txn(new TxnRequest { Success = { operation } }, $"{label} then {what}");
            yield return Txn(new TxnRequest { Failure = { operation } }, $"{label} else {what}");
            var nested = new TxnRequest { Success = { operation } };
            for (var level = 1; level <= depth; level++)
            {
                var inner = new RequestOp { RequestTxn = nested };
                nested = level % 2 == 0 ? new TxnRequest { Success = { inner } } : new TxnRequest { Failure = { inner } };
                yield return Txn(nested, $"{label} {what} nested {level}");
            }
        }

        var comparing = new RequestOp { RequestTxn = new TxnRequest { Compare = { compare } } };
        yield return Txn(new TxnRequest { Success = { comparing } }, $"{label} nested compare");
    }

    private static IEnumerable<Cell> PutCells(long firstLease)
    {
        foreach (var key in new[] { "r1", "w1", "w2", "wa", "wcz", "wd", "wp/x", "b/2", "zz", "secret", "" })
        {
            yield return Put(new PutRequest { Key = V3Client.Bytes(key) }, key);
            yield return Put(new PutRequest { Key = V3Client.Bytes(key), PrevKv = true }, $"{key} prev");
            yield return Put(new PutRequest { Key = V3Client.Bytes(key), IgnoreValue = true }, $"{key} keep value");
        }

        foreach (var key in new[] { "w1", "b/2" })
        {
            for (var i = 0; i < 5; i++)
            {
                var put = new PutRequest { Key = V3Client.Bytes(key), Lease = firstLease + i };
                yield return Put(put, $"{key} lease {i}");
                yield return Txn(
                    new TxnRequest { Success = { new RequestOp { RequestPut = put } } }, $"{key} put lease {i}");
            }

            yield return Put(new PutRequest { Key = V3Client.Bytes(key), Lease = 999_999 }, $"{key} no lease");
        }

        yield return Txn(new TxnRequest(), "nothing");
        yield return Txn(
            new TxnRequest { Success = { new RequestOp { RequestTxn = new TxnRequest() } } }, "nested nothing");
        yield return new Cell("/etcdserverpb.KV/Compact", new CompactionRequest { Revision = 1 });
    }

    private static IEnumerable<Cell> LeaseCells(long first)
    {
        yield return new Cell("/etcdserverpb.Lease/LeaseLeases", new LeaseLeasesRequest());
        yield return new Cell("/etcdserverpb.Lease/LeaseGrant", new LeaseGrantRequest { TTL = 9000 });
        yield return new Cell("/etcdserverpb.Lease/LeaseGrant", new LeaseGrantRequest { ID = first, TTL = 9000 }, "taken");
        for (var i = 0; i <= 5; i++)
        {
            var id = i < 5 ? first + i : 999_999;
            yield return new Cell(
                "/etcdserverpb.Lease/LeaseTimeToLive", new LeaseTimeToLiveRequest { ID = id }, $"{i}");
            yield return new Cell(
                "/etcdserverpb.Lease/LeaseTimeToLive", new LeaseTimeToLiveRequest { ID = id, Keys = true }, $"{i} keys");
            yield return new Cell("/etcdserverpb.Lease/LeaseKeepAlive", new LeaseKeepAliveRequest { ID = id }, $"{i}");
            yield return new Cell("/etcdserverpb.Lease/LeaseRevoke", new LeaseRevokeRequest { ID = id }, $"{i}");
        }
    }

    private static IEnumerable<Cell> ClusterCells(string peerUrl) =>
    [
        new("/etcdserverpb.Cluster/MemberList", new MemberListRequest()),
        new("/etcdserverpb.Cluster/MemberList", new MemberListRequest { Linearizable = true }, "linearizable"),
        new("/etcdserverpb.Cluster/MemberAdd", new MemberAddRequest { PeerURLs = { peerUrl } }),
        new("/etcdserverpb.Cluster/MemberAdd", new MemberAddRequest { PeerURLs = { "no url" } }, "no url"),
        new("/etcdserverpb.Cluster/MemberRemove", new MemberRemoveRequest { ID = 1 }),
        new("/etcdserverpb.Cluster/MemberUpdate", new MemberUpdateRequest { ID = 1, PeerURLs = { peerUrl } }),
        new("/etcdserverpb.Cluster/MemberPromote", new MemberPromoteRequest { ID = 1 }),
    ];

    private static IEnumerable<Cell> MaintenanceCells() =>
    [
        new("/etcdserverpb.Maintenance/Alarm", new AlarmRequest(), "get"),
        new("/etcdserverpb.Maintenance/Alarm",
            new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Deactivate, Alarm = AlarmType.Corrupt }, "clear"),
        new("/etcdserverpb.Maintenance/Status", new StatusRequest()),
        new("/etcdserverpb.Maintenance/Defragment", new DefragmentRequest()),
        new("/etcdserverpb.Maintenance/Hash", new HashRequest()),
        new("/etcdserverpb.Maintenance/HashKV", new HashKVRequest()),
        new("/etcdserverpb.Maintenance/Snapshot", new SnapshotRequest()),
        new("/etcdserverpb.Maintenance/MoveLeader", new MoveLeaderRequest { TargetID = 1 }),
        new("/etcdserverpb.Maintenance/Downgrade", new DowngradeRequest { Version = "x" }),
        new("/grpc.health.v1.Health/Check", new Proto.Health.HealthCheckRequest()),
    ];

    // What changes auth for all is left to the tests of just that.
    private static IEnumerable<Cell> AuthCells(string name) =>
    [
        Auth("AuthStatus", new AuthStatusRequest()), Auth("AuthEnable", new AuthEnableRequest()),
        Auth("Authenticate", new AuthenticateRequest { Name = "reader", Password = "wrong" }),
        Auth("UserAdd", new AuthUserAddRequest { Name = $"u-{name}", Password = "p" }),
        Auth("UserAdd", new AuthUserAddRequest { Name = "reader", Password = "p" }),
        Auth("UserAdd", new AuthUserAddRequest()),
        Auth("UserGet", new AuthUserGetRequest { Name = "reader" }),
        Auth("UserGet", new AuthUserGetRequest { Name = "writer" }), Auth("UserGet", new AuthUserGetRequest()),
        Auth("UserGet", new AuthUserGetRequest { Name = "nobody" }), Auth("UserList", new AuthUserListRequest()),
        Auth("UserChangePassword", new AuthUserChangePasswordRequest { Name = $"u-{name}", Password = "q" }),
        Auth("UserChangePassword", new AuthUserChangePasswordRequest { Name = $"u-{name}" }),
        Auth("UserChangePassword", new AuthUserChangePasswordRequest { Name = "nobody", Password = "q" }),
        Auth("RoleAdd", new AuthRoleAddRequest { Name = $"r-{name}" }), Auth("RoleAdd", new AuthRoleAddRequest()),
        Auth("RoleGet", new AuthRoleGetRequest { Role = "reader" }),
        Auth("RoleGet", new AuthRoleGetRequest { Role = "writer" }),
        Auth("RoleGet", new AuthRoleGetRequest { Role = "root" }), Auth("RoleGet", new AuthRoleGetRequest()),
        Auth("RoleList", new AuthRoleListRequest()),
        Auth("UserGrantRole", new AuthUserGrantRoleRequest { User = $"u-{name}", Role = $"r-{name}" }),
        Auth("UserGrantRole", new AuthUserGrantRoleRequest { User = $"u-{name}", Role = "none" }),
        Auth("RoleGrantPermission", new AuthRoleGrantPermissionRequest { Name = $"r-{name}" }),
        Auth("RoleGrantPermission", new AuthRoleGrantPermissionRequest { Name = $"r-{name}", Perm = Permit("a", "") }),
        Auth("RoleGrantPermission", new AuthRoleGrantPermissionRequest { Name = $"r-{name}", Perm = Permit("b", "a") }),
        Auth("RoleGrantPermission", new AuthRoleGrantPermissionRequest { Name = $"r-{name}", Perm = Permit("", "\0") }),
        Auth("RoleRevokePermission", new AuthRoleRevokePermissionRequest { Role = $"r-{name}", Key = V3Client.Bytes("x") }),
        Auth("RoleRevokePermission", new AuthRoleRevokePermissionRequest { Role = $"r-{name}", Key = V3Client.Bytes("a") }),
        Auth("UserRevokeRole", new AuthUserRevokeRoleRequest { Name = $"u-{name}", Role = "none" }),
        Auth("UserRevokeRole", new AuthUserRevokeRoleRequest { Name = $"u-{name}", Role = $"r-{name}" }),
        Auth("RoleDelete", new AuthRoleDeleteRequest { Role = $"r-{name}" }),
        Auth("RoleDelete", new AuthRoleDeleteRequest { Role = "root" }),
        Auth("UserDelete", new AuthUserDeleteRequest { Name = $"u-{name}" }),
        Auth("UserDelete", new AuthUserDeleteRequest { Name = "nobody" }),
    ];

    private static IEnumerable<Cell> RecipeCells(string name)
    {
        foreach (var prefix in new[] { "rp/", "wp/", "b/" })
        {
            var place = V3Client.Bytes($"{prefix}{name}");
            yield return new Cell("/v3lockpb.Lock/Lock", new LockRequest { Name = place }, prefix);
            yield return new Cell("/v3lockpb.Lock/Unlock", new UnlockRequest { Key = place }, prefix);
            var hall = V3Client.Bytes($"{prefix}{name}-hall");
            var leader = new LeaderKey { Name = hall, Key = hall, Rev = 1 };
            yield return new Cell("/v3electionpb.Election/Leader", new LeaderRequest { Name = hall }, $"{prefix} none");
            yield return new Cell("/v3electionpb.Election/Campaign", new CampaignRequest { Name = hall }, prefix);
            yield return new Cell("/v3electionpb.Election/Leader", new LeaderRequest { Name = hall }, prefix);
            yield return new Cell("/v3electionpb.Election/Proclaim", new ProclaimRequest { Leader = leader }, prefix);
            yield return new Cell("/v3electionpb.Election/Resign", new ResignRequest { Leader = leader }, prefix);
        }

        yield return new Cell(
            "/v3electionpb.Election/Observe", new LeaderRequest { Name = V3Client.Bytes($"b/{name}-hall") });
    }

    private static Cell Auth(string name, IMessage request) =>
        new($"/etcdserverpb.Auth/{name}", request, string.Create(CultureInfo.InvariantCulture, $"{request}"));

    private static Cell Txn(TxnRequest request, string label) => new("/etcdserverpb.KV/Txn", request, label);

    private static Cell Put(PutRequest request, string label) => new("/etcdserverpb.KV/Put", request, label);

    private static DeleteRangeRequest Delete(string key, string end, bool previous) =>
        new() { Key = V3Client.Bytes(key), RangeEnd = V3Client.Bytes(end), PrevKv = previous };

    private static Permission Permit(
        string key, string end, Permission.Types.Type type = Permission.Types.Type.Read) =>
        new() { Key = V3Client.Bytes(key), RangeEnd = V3Client.Bytes(end), PermType = type };
}
