namespace Netcd.Daemon.Discovery;

/// <summary>A node of the version 2 key space.</summary>
internal sealed record KeysNode(
    string Key, string Value, ulong CreatedIndex, ulong ModifiedIndex, IReadOnlyList<KeysNode> Nodes)
{
    /// <summary>The key after its last slash.</summary>
    public string Name => Key[(Key.LastIndexOf('/') + 1)..];
}
