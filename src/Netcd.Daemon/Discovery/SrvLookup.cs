using System.Net;
using DnsClient;
using DnsClient.Protocol;

namespace Netcd.Daemon.Discovery;

/// <summary>DNS SRV queries to the name servers of the system, which the framework cannot ask.</summary>
internal sealed class SrvLookup : ISrvLookup
{
    private const int ServersMax = 3;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private readonly LookupClient _client;

    public SrvLookup()
        : this(new LookupClientOptions(NameServersOf("/etc/resolv.conf")))
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

    // The package asks network interfaces, and public servers where those know none. The system's resolver takes the
    // first three servers of its file, and those of this host where it names none; so does Go's.
    internal static IPAddress[] NameServersOf(string file)
    {
        var servers = new List<IPAddress>();
        foreach (var line in File.Exists(file) ? File.ReadAllLines(file) : [])
        {
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var text, ..] && IPAddress.TryParse(text, out var address)
                && servers.Count < ServersMax)
            {
                servers.Add(address);
            }
        }

        return servers.Count > 0 ? [.. servers] : [IPAddress.Loopback, IPAddress.IPv6Loopback];
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
                    .Select(record => new SrvTarget(
                        record.Target.Value.TrimEnd('.'), record.Port, record.Priority, record.Weight)),
            ];
    }
}
