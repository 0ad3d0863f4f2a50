namespace Netcd.Grpc.Client;

/// <summary>What goes with one call.</summary>
public sealed record CallOptions
{
    public static readonly CallOptions Default = new();

    /// <summary>Time the call may take, told to the server; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Request metadata; keys in lower case.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];
}
