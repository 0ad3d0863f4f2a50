namespace Netcd.Mvcc;

/// <summary>etcdserverpb.RangeRequest.SortTarget; the numbers are contract.</summary>
public enum RangeSortTarget
{
    Key = 0,
    Version = 1,
    Create = 2,
    Mod = 3,
    Value = 4,
}
