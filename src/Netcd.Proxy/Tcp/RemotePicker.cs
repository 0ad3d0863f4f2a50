namespace Netcd.Proxy.Tcp;

/// <summary>
/// Chooses among the endpoints that answer: those of the lowest priority number, by their weights; those without a
/// weight in turn, and hardly ever beside others that have one. Source: pick of server/proxy/tcpproxy/userspace.go,
/// which gives the first of them a little too much and forgets priorities among those without a weight. Thread safe.
/// </summary>
internal sealed class RemotePicker(IReadOnlyList<Remote> remotes, Random random)
{
    // How seldom an endpoint without a weight is chosen beside others.
    private const int UnweightedOneIn = 100;

    private int _turn;

    /// <summary>Null when none answers.</summary>
    public Remote? Pick()
    {
        var best = BestPriority();
        var weighted = new List<Remote>();
        var unweighted = new List<Remote>();
        foreach (var remote in remotes)
        {
            if (remote.IsActive && remote.Record.Priority == best)
            {
                (remote.Record.Weight > 0 ? weighted : unweighted).Add(remote);
            }
        }

        var takesUnweighted = weighted.Count == 0 || random.Next(UnweightedOneIn) == 0;
        return takesUnweighted && unweighted.Count > 0
            ? unweighted[(int)((uint)(Interlocked.Increment(ref _turn) - 1) % unweighted.Count)]
            : ByWeight(weighted);
    }

    private int BestPriority()
    {
        var best = int.MaxValue;
        foreach (var remote in remotes)
        {
            if (remote.IsActive && remote.Record.Priority < best)
            {
                best = remote.Record.Priority;
            }
        }

        return best;
    }

    private Remote? ByWeight(List<Remote> weighted)
    {
        if (weighted.Count == 0)
        {
            return null;
        }

        var left = random.Next(weighted.Sum(static remote => remote.Record.Weight));
        foreach (var remote in weighted)
        {
            left -= remote.Record.Weight;
            if (left < 0)
            {
                return remote;
            }
        }

        // Not reached: what is drawn is less than the sum.
        return weighted[^1];
    }
}
