namespace Netcd.Conformance.Cluster.PeerPort;

/// <summary>What a peer might ask, and what etcd answers: part of the text if it is not all the same each time.</summary>
internal sealed record PeerRequest(string Name, string Path, int Status, string Text)
{
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>Headers that differ from those of a good peer; null for none.</summary>
    public Dictionary<string, string?> Headers { get; init; } = [];

    public byte[]? Body { get; init; }
}
