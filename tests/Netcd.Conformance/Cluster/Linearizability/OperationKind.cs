namespace Netcd.Conformance.Cluster.Linearizability;

/// <summary>What a client asked for, about one key.</summary>
internal enum OperationKind
{
    /// <summary>A linearizable read.</summary>
    Get,
    Put,
    Delete,

    /// <summary>Puts if the key's modification revision is the expected one; reads it if not.</summary>
    CompareAndPut,
}
