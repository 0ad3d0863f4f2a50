namespace Netcd.Mvcc;

/// <summary>
/// The ten buckets of the backend, in the byte order of their names (the order in which hashes walk them).
/// </summary>
public enum BucketId
{
    Alarm,
    Auth,
    AuthRoles,
    AuthUsers,
    Cluster,
    Key,
    Lease,
    Members,
    MembersRemoved,
    Meta,
}
