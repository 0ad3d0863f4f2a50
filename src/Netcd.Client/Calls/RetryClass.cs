namespace Netcd.Client.Calls;

/// <summary>Whether a call may be made a second time (client/v3/retry.go).</summary>
internal enum RetryClass
{
    /// <summary>It changes something: only when the first attempt certainly reached no server.</summary>
    Once,

    /// <summary>Making it twice does no harm: whenever the server was unavailable.</summary>
    Repeatable,
}
