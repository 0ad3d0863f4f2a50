using Netcd.Mvcc;

namespace Netcd.Server.Versions;

/// <summary>
/// The version that the database says it has. The key exists from schema 3.6 on; a cluster that went back to 3.5 must
/// not have it.
/// </summary>
internal static class StoredVersion
{
    /// <summary>Brings it in step with the cluster's version, if that is known.</summary>
    internal static void Settle(Backend backend, string clusterVersion)
    {
        if (clusterVersion.Length == 0)
        {
            return;
        }

        var wanted = ServerVersion.IsLower(clusterVersion, "3.6.0") ? null : "3.6.0";
        if (MetaBucket.ReadStorageVersion(backend) == wanted)
        {
            return;
        }

        using (backend.EnterWrite())
        {
            MetaBucket.WriteStorageVersion(backend, wanted);
        }
    }
}
