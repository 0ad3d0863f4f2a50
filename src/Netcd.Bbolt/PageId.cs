namespace Netcd.Bbolt;

/// <summary>
/// Number of a page in the file; its byte offset is this times the page size. Pages 0 and 1 are the metas.
/// </summary>
public readonly record struct PageId(ulong Value) : IComparable<PageId>
{
    public int CompareTo(PageId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();
}
