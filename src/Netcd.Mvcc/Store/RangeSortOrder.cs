namespace Netcd.Mvcc;

/// <summary>etcdserverpb.RangeRequest.SortOrder; the numbers are contract.</summary>
public enum RangeSortOrder
{
    None = 0,
    Ascend = 1,
    Descend = 2,
}
