using System.Net;
using DnsClient;
using DnsClient.Protocol;

namespace Netcd.Ctl.Session;

/// <summary>
/// DNS SRV records, which the framework cannot ask for; by the name servers of the system's resolver.
/// </summary>
internal static class ServiceRecords
{
    private const int ServersMax = 3;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Hosts and ports, the preferred first.</summary>
    public static async Task<IReadOnlyList<(string Host, int Port)>> LookUpAsync(string name)
    {
        var options = new LookupClientOptions(NameServers("/etc/resolv.conf"))
        {
            UseCache = false, Timeout = Timeout, Retries = 1, ThrowDnsErrors = false,
        };
        IDnsQueryResponse answer;
        try
        {
            answer = await new LookupClient(options).QueryAsync(name, QueryType.SRV);
        }
        catch (DnsResponseException problem)
        {
            throw new ServiceRecordException($"lookup {name}: {problem.Message}");
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
                    .Select(record => (record.Target.Value.TrimEnd('.'), (int)record.Port)),
            ];
    }

    private static IPAddress[] NameServers(string file)
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
