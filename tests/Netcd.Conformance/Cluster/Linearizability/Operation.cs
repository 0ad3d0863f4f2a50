namespace Netcd.Conformance.Cluster.Linearizability;

/// <summary>One request of a history.</summary>
/// <param name="Key">The key it is about.</param>
/// <param name="Kind">What it asked for.</param>
/// <param name="Called">When it was sent.</param>
/// <param name="Returned">When its answer came; the end of time if none came.</param>
internal sealed record Operation(string Key, OperationKind Kind, TimeSpan Called, TimeSpan Returned)
{
    /// <summary>What it wrote; no two writes of a history write the same.</summary>
    public string Written { get; init; } = "";

    /// <summary>The revision that a <see cref="OperationKind.CompareAndPut"/> compared with.</summary>
    public long Expected { get; init; }

    /// <summary>Whether it wrote: a put, a comparison that held, a deletion that found the key.</summary>
    public bool HasWritten { get; init; }

    /// <summary>The store's revision in the answer's header; for what wrote, the revision of that write.</summary>
    public long Revision { get; init; }

    /// <summary>For reads and failed comparisons: the value found, null for none.</summary>
    public string? Seen { get; init; }

    /// <summary>For reads and failed comparisons: the modification revision found, 0 for none.</summary>
    public long SeenRevision { get; init; }

    public bool IsAnswered => Returned != TimeSpan.MaxValue;
}
