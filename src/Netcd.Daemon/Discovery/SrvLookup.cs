using DnsClient;
using DnsClient.Protocol;

namespace Netcd.Daemon.Discovery;

/// <summary>DNS SRV queries to the name servers of the system, which the framework cannot ask.</summary>
internal sealed class SrvLookup : ISrvLookup
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private readonly LookupClient _client;

    public SrvLookup()
        : this(new LookupClientOptions())
    {
    }

    /// <param name="options">Name servers other than the system's.</param>
    internal SrvLookup(LookupClientOptions options)
    {
        // Truncated answers are asked for again over TCP; an answer has at most 64 KiB there.
        options.UseCache = false;
        options.Timeout = Timeout;
        options.Retries = 1;
        options.ThrowDnsErrors = false;
        _client = new LookupClient(options);
    }

    public async Task<IReadOnlyList<SrvTarget>> LookUpAsync(string name, CancellationToken cancellation)
    {
        IDnsQueryResponse answer;
        try
        {
            answer = await _client.QueryAsync(name, QueryType.SRV, QueryClass.IN, cancellation);
        }
        catch (DnsResponseException problem)
        {
            throw new DiscoveryException($"lookup {name}: {problem.Message}", problem);
        }

        var server = $"{answer.NameServer.Address}:{answer.NameServer.Port}";
        var records = answer.Answers.OfType<SrvRecord>().ToArray();
        if (answer.HasError && answer.Header.ResponseCode != DnsHeaderResponseCode.NotExistentDomain)
        {
            throw new DiscoveryException($"lookup {name} on {server}: server misbehaving");
        }

        return records.Length == 0
            ? throw new DiscoveryException($"lookup {name} on {server}: no such host")
            :
            [
                .. records.OrderBy(record => record.Priority).ThenByDescending(record => record.Weight)
                    .Select(record => new SrvTarget(record.Target.Value.TrimEnd('.'), record.Port)),
            ];
    }
}
