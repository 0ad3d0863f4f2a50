using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Cluster.Load;

/// <summary>Notes when a cluster got a new term: between which two looks, on the clock of a load.</summary>
internal sealed class TermLog(EtcdCluster cluster, WriteLoad load)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    private readonly List<(TimeSpan After, TimeSpan Before)> _elections = [];
    private volatile bool _isStopping;
    private Task _looking = Task.CompletedTask;

    public void Start() => _looking = LookAsync();

    /// <summary>The elections, in order.</summary>
    public async Task<IReadOnlyList<(TimeSpan After, TimeSpan Before)>> StopAsync()
    {
        _isStopping = true;
        await _looking;
        return _elections;
    }

    private async Task LookAsync()
    {
        var clients = cluster.Members.Select(member => member.NewClient(AnswerLimit)).ToList();
        var term = 0UL;
        var last = load.Now;
        while (!_isStopping)
        {
            var terms = await Task.WhenAll(clients.Select(TermAsync));
            var now = load.Now;
            if (terms.Max() is > 0 and var newest)
            {
                if (term > 0 && newest > term)
                {
                    _elections.Add((last, now));
                }

                (term, last) = (Math.Max(term, newest), now);
            }

            await Task.Delay(Pause);
        }

        clients.ForEach(client => client.Dispose());
    }

    private static async Task<ulong> TermAsync(V3Client client)
    {
        try
        {
            return (await client.StatusAsync()).RaftTerm;
        }
        catch (Exception problem) when (EtcdCluster.IsLost(problem))
        {
            return 0;
        }
    }
}
