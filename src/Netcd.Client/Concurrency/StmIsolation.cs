namespace Netcd.Client;

/// <summary>What a software transaction is protected against.</summary>
/// <example><code>new StmOptions { Isolation = StmIsolation.Serializable }</code></example>
public enum StmIsolation
{
    /// <summary>All reads see one revision, and nothing read or written was changed since.</summary>
    SerializableSnapshot,

    /// <summary>All reads see one revision, and nothing read was changed since.</summary>
    Serializable,

    /// <summary>A key read twice has the same value, and nothing read was changed since.</summary>
    RepeatableReads,

    /// <summary>Reads see what was committed; nothing is checked at the end.</summary>
    ReadCommitted,
}
