namespace Netcd.Grpc;

/// <summary>
/// Collects the connections to which one loop's batch gave answers, so that each is woken once. Owned by that loop;
/// not thread safe.
/// </summary>
public sealed class CompletionBatch
{
    private readonly HashSet<ICallOwner> _owners = new(ReferenceEqualityComparer.Instance);

    /// <summary>Answers a call; the answer leaves at the next <see cref="Flush"/>.</summary>
    public void Complete(CallTicket ticket, in Reply reply)
    {
        ticket.Complete(reply);
        _owners.Add(ticket.Owner);
    }

    /// <summary>Wakes every connection that got an answer since the last call.</summary>
    public void Flush()
    {
        foreach (var owner in _owners)
        {
            owner.Flush();
        }

        _owners.Clear();
    }
}
