namespace Netcd.Base;

/// <summary>
/// Identity of a cluster member. Zero means "none". Printed as lower-case hex without padding, as etcd does.
/// </summary>
public readonly record struct MemberId(ulong Value) : IComparable<MemberId>
{
    public static readonly MemberId None;

    public bool IsNone => Value == 0;

    public int CompareTo(MemberId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString("x");
}
