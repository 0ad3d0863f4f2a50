namespace Netcd.Base;

/// <summary>Identity of a lease. Zero means "no lease"; any other value, negative included, is a lease.</summary>
public readonly record struct LeaseId(long Value) : IComparable<LeaseId>
{
    public static readonly LeaseId None;

    public bool IsNone => Value == 0;

    public int CompareTo(LeaseId other) => Value.CompareTo(other.Value);

    public override string ToString() => ((ulong)Value).ToString("x16");
}
