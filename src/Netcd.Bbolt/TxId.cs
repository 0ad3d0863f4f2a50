namespace Netcd.Bbolt;

/// <summary>
/// Number of a write transaction. A read transaction has the number of the last one committed before it began.
/// </summary>
public readonly record struct TxId(ulong Value) : IComparable<TxId>
{
    public int CompareTo(TxId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static bool operator <(TxId left, TxId right) => left.Value < right.Value;

    public static bool operator >(TxId left, TxId right) => left.Value > right.Value;
}
