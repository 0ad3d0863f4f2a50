namespace Netcd.Base;

/// <summary>
/// Position of one change in the store's history: <see cref="Main"/> counts write transactions (the first is 2),
/// <see cref="Sub"/> counts the changes inside one transaction from 0. Ordered by main, then sub.
/// </summary>
public readonly record struct Revision(long Main, long Sub) : IComparable<Revision>
{
    public int CompareTo(Revision other) =>
        Main != other.Main ? Main.CompareTo(other.Main) : Sub.CompareTo(other.Sub);

    public static bool operator <(Revision left, Revision right) => left.CompareTo(right) < 0;

    public static bool operator >(Revision left, Revision right) => left.CompareTo(right) > 0;

    public static bool operator <=(Revision left, Revision right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Revision left, Revision right) => left.CompareTo(right) >= 0;
}
