namespace Netcd.Server.Compaction;

/// <summary>When to compact, and up to where.</summary>
internal interface IAutoCompaction
{
    /// <summary>Time between two looks.</summary>
    TimeSpan Interval { get; }

    /// <summary>What log lines call it.</summary>
    string Name { get; }

    /// <summary>A field of its log lines.</summary>
    KeyValuePair<string, object?> Retention { get; }

    /// <summary>A look, at a time since the start: the revision to compact at, or null if it is not time.</summary>
    long? Due(long revision, TimeSpan now);

    /// <summary>The revision was compacted, by this member or another.</summary>
    void Done(long compacted, TimeSpan now);

    /// <summary>The look is over; the next comes after the interval.</summary>
    void Note(long revision);
}
