namespace Netcd.Server.Peers;

/// <summary>
/// Asks the leader, whoever it is at the time, until there is an answer or the request has timed out. Upstream:
/// waitLeader of server/etcdserver/v3_server.go and the loops around it.
/// </summary>
internal sealed class LeaderLookup(
    ILeaderHost host, TimeProvider time, TimeSpan electionTimeout, TimeSpan requestTimeout)
{
    // Upstream waits so long for renewals, and not at all for the rest, which a refusing leader would suffer from.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(50);

    /// <param name="ask">Asks the leader, which may be this member.</param>
    /// <param name="isAnswer">Whether that settles it; else the leader of then is asked again.</param>
    /// <param name="refuse">
    /// Makes the answer when there is none: <see cref="Refusal.NoLeader"/>, <see cref="Refusal.Timeout"/> or
    /// <see cref="Refusal.Canceled"/>.
    /// </param>
    /// <param name="cancellation">Ends it early.</param>
    internal async Task<T> AskAsync<T>(
        Func<ClusterMember, CancellationToken, Task<T>> ask,
        Func<T, bool> isAnswer,
        Func<Refusal, T> refuse,
        CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(requestTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            while (!both.IsCancellationRequested)
            {
                if (await FindAsync(both.Token).ConfigureAwait(false) is not { } leader)
                {
                    return refuse(Refusal.NoLeader);
                }

                if (await ask(leader, both.Token).ConfigureAwait(false) is var answer && isAnswer(answer))
                {
                    return answer;
                }

                await Task.Delay(RetryInterval, time, both.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Told below.
        }

        return refuse(cancellation.IsCancellationRequested ? Refusal.Canceled : Refusal.Timeout);
    }

    /// <summary>Asks one of a member's URLs after the other until there is an answer; else the last one's.</summary>
    internal static async Task<T> AskUrlsAsync<T>(
        ClusterMember member, Func<string, Task<T>> ask, Func<T, bool> isAnswer, T none)
    {
        var last = none;
        foreach (var url in member.PeerUrls)
        {
            last = await ask(url).ConfigureAwait(false);
            if (isAnswer(last))
            {
                break;
            }
        }

        return last;
    }

    // Null when none was found in time, or it has no URL to be asked by.
    private async Task<ClusterMember?> FindAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var id = host.Leader;
            if (!id.IsNone && host.Members.FirstOrDefault(member => member.Id == id) is { } leader)
            {
                return leader.PeerUrls.Count > 0 ? leader : null;
            }

            try
            {
                await Task.Delay(electionTimeout, time, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }
}
