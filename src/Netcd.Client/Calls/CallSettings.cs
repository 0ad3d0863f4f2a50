namespace Netcd.Client.Calls;

/// <summary>What a view of a client says about all its calls.</summary>
internal sealed record CallSettings
{
    /// <summary>Time of one call with its repetitions; null for none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Fail at once when the member has no leader.</summary>
    public bool RequireLeader { get; init; }

    /// <summary>The endpoint that calls go to; null for any.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The token to send instead of the client's own; null for the client's.</summary>
    public string? Token { get; init; }
}
