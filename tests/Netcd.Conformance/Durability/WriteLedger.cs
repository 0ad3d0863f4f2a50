namespace Netcd.Conformance.Durability;

/// <summary>
/// What one writer was told about its own key: the last acknowledged write, and the one whose answer never came, which
/// may or may not have happened.
/// </summary>
internal sealed class WriteLedger(string key)
{
    public string Key { get; } = key;

    public long AcknowledgedNumber { get; private set; } = -1;

    public long AcknowledgedRevision { get; private set; }

    public long AttemptedNumber { get; private set; } = -1;

    /// <summary>Every acknowledged write by its revision.</summary>
    public SortedDictionary<long, long> NumberByRevision { get; } = [];

    public long Begin() => ++AttemptedNumber;

    public void Acknowledge(long number, long revision)
    {
        AcknowledgedNumber = number;
        AcknowledgedRevision = revision;
        NumberByRevision[revision] = number;
    }
}
