namespace Netcd.Server.Requests;

/// <summary>etcdserverpb.RangeRequest.SortTarget.</summary>
public enum SortTarget
{
    Key = 0,
    Version = 1,
    Create = 2,
    Mod = 3,
    Value = 4,
}
