namespace Netcd.Server.Requests;

/// <summary>etcdserverpb.Compare.CompareTarget: what of a key is compared.</summary>
public enum CompareTarget
{
    Version = 0,
    Create = 1,
    Mod = 2,
    Value = 3,
    Lease = 4,
}
