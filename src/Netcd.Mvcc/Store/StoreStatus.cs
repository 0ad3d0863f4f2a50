namespace Netcd.Mvcc;

/// <summary>How a request that names a revision ends; the API layer maps it to upstream's error texts.</summary>
public enum StoreStatus
{
    Ok,

    /// <summary>The revision is below the compact revision ("required revision has been compacted").</summary>
    Compacted,

    /// <summary>The revision is not written yet ("required revision is a future revision").</summary>
    FutureRevision,
}
