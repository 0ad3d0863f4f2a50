namespace Netcd.Server.Requests;

/// <summary>etcdserverpb.RangeRequest.SortOrder.</summary>
public enum SortOrder
{
    None = 0,
    Ascend = 1,
    Descend = 2,
}
