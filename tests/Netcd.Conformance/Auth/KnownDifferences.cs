namespace Netcd.Conformance.Auth;

/// <summary>
/// Where netcd answers otherwise than etcd 3.5.30, each with its reason. Nothing else may differ.
/// </summary>
internal static class KnownDifferences
{
    private const string Denied = "canceled: rpc error: code = PermissionDenied desc = etcdserver: permission denied";

    /// <summary>
    /// Methods of which 3.5 tells the auth store's own text with code Unknown; 3.6, which netcd says it is, tells the
    /// one of all other methods. Both refuse. Upstream: isPermitted of server/etcdserver/api/v3rpc/maintenance.go.
    /// </summary>
    private static readonly string[] OldTexts =
    [
        "/etcdserverpb.Maintenance/Defragment", "/etcdserverpb.Maintenance/Snapshot", "/etcdserverpb.Maintenance/Hash",
        "/etcdserverpb.Maintenance/HashKV", "/etcdserverpb.Maintenance/MoveLeader",
        "/etcdserverpb.Maintenance/Downgrade",
    ];

    /// <summary>The reason why the answers may differ as they do; null if there is none.</summary>
    public static string? ReasonOf(Cell cell, string go, string netcd)
    {
        // A watch of all keys from one on was judged as a watch of that key alone: who may read "a" could watch "z".
        if (cell.Path == "/etcdserverpb.Watch/Watch" && cell.Label.Contains("from", StringComparison.Ordinal)
            && go == "OK" && netcd == Denied)
        {
            return "CVE-2026-73499 (fixed upstream in 3.5.32 and 3.6.13)";
        }

        return OldTexts.Contains(cell.Path) && AsSaidBy36(go) == netcd ? "text of 3.6" : null;
    }

    private static string AsSaidBy36(string answer) => answer switch
    {
        "Unknown: auth: user name is empty" => "InvalidArgument: etcdserver: user name is empty",
        "Unknown: auth: invalid auth token" => "Unauthenticated: etcdserver: invalid auth token",
        "Unknown: auth: permission denied" => "PermissionDenied: etcdserver: permission denied",
        "Unknown: auth: user not found" => "FailedPrecondition: etcdserver: user name not found",
        _ => answer,
    };
}
