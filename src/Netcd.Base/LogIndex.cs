namespace Netcd.Base;

/// <summary>Position of an entry in the Raft log. The first entry has index 1; zero means "before the log".</summary>
public readonly record struct LogIndex(ulong Value) : IComparable<LogIndex>
{
    public static readonly LogIndex Zero;

    public LogIndex Next => new(Value + 1);

    public LogIndex Previous => new(Value - 1);

    public int CompareTo(LogIndex other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();

    public static LogIndex Min(LogIndex left, LogIndex right) => left.Value < right.Value ? left : right;

    public static LogIndex Max(LogIndex left, LogIndex right) => left.Value > right.Value ? left : right;

    public static bool operator <(LogIndex left, LogIndex right) => left.Value < right.Value;

    public static bool operator >(LogIndex left, LogIndex right) => left.Value > right.Value;

    public static bool operator <=(LogIndex left, LogIndex right) => left.Value <= right.Value;

    public static bool operator >=(LogIndex left, LogIndex right) => left.Value >= right.Value;

    public static LogIndex operator +(LogIndex left, ulong count) => new(left.Value + count);

    public static LogIndex operator -(LogIndex left, ulong count) => new(left.Value - count);

    /// <summary>Distance in entries; the caller knows that <paramref name="left"/> is not smaller.</summary>
    public static ulong operator -(LogIndex left, LogIndex right) => left.Value - right.Value;
}
