namespace Netcd.Server;

/// <summary>
/// Whoever proposed a request. Exactly one of the methods is called, once, from the applier's thread or the thread that
/// keeps the timeouts; neither may block or throw. After a batch of such calls what was given to
/// <see cref="IMember.OnBatchAnswered"/> is called on the same thread, so that answers leave together.
/// </summary>
public interface IProposalWaiter
{
    /// <summary>The entry was applied on this member (it is durable on a quorum, this member included).</summary>
    void Applied(in ApplyAnswer answer);

    /// <summary>
    /// The request was not taken, or nothing is known of it (a timeout): it may still be applied later.
    /// </summary>
    void Refused(Refusal refusal);
}
