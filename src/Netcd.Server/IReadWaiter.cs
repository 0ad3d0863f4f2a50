namespace Netcd.Server;

/// <summary>
/// Whoever waits for a linearizable read. Same rules as <see cref="IProposalWaiter"/>: one call, never blocks.
/// </summary>
public interface IReadWaiter
{
    /// <summary>The store now holds everything that was committed when the read was asked for.</summary>
    void Ready();

    void Refused(Refusal refusal);
}
