using System.Net;
using DnsClient;
using DnsClient.Protocol;

namespace Netcd.Client;

/// <summary>
/// DNS SRV records, where clusters tell their members and endpoints; the framework cannot ask for them. The system's
/// name servers are asked as Go's resolver does.
/// </summary>
/// <example>
/// <code>
/// var records = await new ServiceRecords().LookUpAsync("_etcd-client._tcp.example.org");
/// var options = new EtcdClientOptions { Endpoints = [.. records.Select(one => $"http://{one.Host}:{one.Port}")] };
/// </code>
/// </example>
public sealed class ServiceRecords
{
    private const string SystemFile = "/etc/resolv.conf";
    private const int ServersMax = 3;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly LookupClient _client;

    /// <summary>Asks the system's name servers.</summary>
    public ServiceRecords()
        : this([.. NameServersOf(SystemFile).Select(address => new IPEndPoint(address, NameServer.DefaultPort))])
    {
    }

    /// <param name="nameServers">Those to ask instead of the system's.</param>
    public ServiceRecords(params IPEndPoint[] nameServers) =>
        // Truncated answers are asked for again over TCP; an answer has at most 64 KiB there.
        _client = new LookupClient(new LookupClientOptions(nameServers)
        {
            UseCache = false, Timeout = Timeout, Retries = 1, ThrowDnsErrors = false,
        });

    /// <summary>The records of a name, the preferred ones first.</summary>
    /// <exception cref="ServiceRecordException">There are none, or nobody answers.</exception>
    public async Task<IReadOnlyList<ServiceRecord>> LookUpAsync(
        string name, CancellationToken cancellationToken = default)
    {
        IDnsQueryResponse answer;
        try
        {
            answer = await _client.QueryAsync(name, QueryType.SRV, QueryClass.IN, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (DnsResponseException problem)
        {
            throw new ServiceRecordException($"lookup {name}: {problem.Message}", problem);
        }

        var server = $"{answer.NameServer.Address}:{answer.NameServer.Port}";
        var records = answer.Answers.OfType<SrvRecord>().ToArray();
        if (answer.HasError && answer.Header.ResponseCode != DnsHeaderResponseCode.NotExistentDomain)
        {
            throw new ServiceRecordException($"lookup {name} on {server}: server misbehaving");
        }

        return records.Length == 0
            ? throw new ServiceRecordException($"lookup {name} on {server}: no such host")
            :
            [
                .. records.OrderBy(record => record.Priority).ThenByDescending(record => record.Weight)
                    .Select(record => new ServiceRecord(
                        record.Target.Value.TrimEnd('.'), record.Port, record.Priority, record.Weight)),
            ];
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
}
