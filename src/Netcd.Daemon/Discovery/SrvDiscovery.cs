using System.Net;
using System.Net.Sockets;
using Netcd.Client;

namespace Netcd.Daemon.Discovery;

/// <summary>
/// <c>--discovery-srv</c>: the initial cluster from the SRV records of a domain, <c>_etcd-server-ssl._tcp</c> and
/// <c>_etcd-server._tcp</c> together. Source: etcd's server/embed/config.go (GetDNSClusterNames) and
/// client/pkg/srv/srv.go.
/// </summary>
internal sealed class SrvDiscovery(DaemonOptions options, ISrvLookup records, HostLookup hosts, ILogger logger)
{
    private readonly string _domain = options.Values.Text("discovery-srv");

    private readonly string _suffix =
        options.Values.Text("discovery-srv-name") is { Length: > 0 } name ? "-" + name : "";

    /// <summary><c>name=url</c> pairs: this member under its name, the others numbered.</summary>
    /// <exception cref="DiscoveryException">Neither record has a member, or this member is in none.</exception>
    public async Task<string> FindAsync(CancellationToken cancellation)
    {
        var secure = await FindAsync("https", "etcd-server-ssl" + _suffix, cancellation);
        var plain = await FindAsync("http", "etcd-server" + _suffix, cancellation);
        var problems = string.Join(
            '\n', new[] { secure.Problem, plain.Problem }.Where(problem => problem is not null));
        if (problems.Length > 0)
        {
            Log.FailedToResolveSrv(logger, problems);
        }

        string[] pairs = [.. secure.Pairs, .. plain.Pairs];
        if (pairs.Length == 0)
        {
            throw new DiscoveryException(problems);
        }

        foreach (var pair in pairs)
        {
            Log.FoundSrvNode(logger, pair);
        }

        return pairs.Any(pair => pair.StartsWith(options.Name + "=", StringComparison.Ordinal))
            ? string.Join(',', pairs)
            : throw new DiscoveryException($"cannot find local etcd member \"{options.Name}\" in SRV records");
    }

    private async Task<(IReadOnlyList<string> Pairs, string? Problem)> FindAsync(
        string scheme, string service, CancellationToken cancellation)
    {
        IReadOnlyList<string> pairs = [];
        string? problem = null;
        try
        {
            pairs = await PairsAsync(scheme, service, await OwnAddressesAsync(cancellation), cancellation);
        }
        catch (DiscoveryException failed)
        {
            problem = failed.Message;
        }

        Log.SrvCluster(logger, service, options.Name, _domain, pairs, problem);
        return (pairs, problem);
    }

    private async Task<Dictionary<string, EtcdUrl>> OwnAddressesAsync(CancellationToken cancellation)
    {
        var own = new Dictionary<string, EtcdUrl>(StringComparer.Ordinal);
        foreach (var url in options.AdvertisePeerUrls)
        {
            own[await ResolveAsync(url.Host, url.Port, cancellation)] = url;
        }

        return own;
    }

    private async Task<IReadOnlyList<string>> PairsAsync(
        string scheme, string service, Dictionary<string, EtcdUrl> own, CancellationToken cancellation)
    {
        var pairs = new List<string>();
        string? problem = null;
        IReadOnlyList<ServiceRecord> targets;
        try
        {
            targets = await records.LookUpAsync($"_{service}._tcp.{_domain}", cancellation);
        }
        catch (DiscoveryException failed)
        {
            throw Failed(service, failed.Message);
        }

        var others = 0;
        foreach (var target in targets)
        {
            string address;
            try
            {
                address = await ResolveAsync(target.Host, target.Port, cancellation);
            }
            catch (DiscoveryException failed)
            {
                problem = failed.Message;
                continue;
            }

            var isOwn = own.TryGetValue(address, out var url);
            var place = target.Host.Contains(':') ? $"[{target.Host}]:{target.Port}" : $"{target.Host}:{target.Port}";
            if (isOwn && url!.Scheme != scheme)
            {
                problem = $"bootstrap at {scheme}://{place} from DNS for {service} has scheme mismatch with expected "
                    + $"peer {url}";
                continue;
            }

            pairs.Add($"{(isOwn ? options.Name : others++.ToString())}={scheme}://{place}");
        }

        return pairs.Count > 0 || problem is null ? pairs : throw Failed(service, problem);
    }

    private async Task<string> ResolveAsync(string host, int port, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out var literal))
        {
            return new IPEndPoint(literal, port).ToString();
        }

        try
        {
            // Go prefers an IPv4 address where one place is asked for.
            var addresses = await hosts(host, cancellation);
            var address = addresses.FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork)
                ?? addresses.FirstOrDefault();
            return address is null
                ? throw new DiscoveryException($"lookup {host}: no such host")
                : new IPEndPoint(address, port).ToString();
        }
        catch (SocketException problem)
        {
            throw new DiscoveryException($"lookup {host}: no such host", problem);
        }
    }

    private static DiscoveryException Failed(string service, string problem) =>
        new($"error querying DNS SRV records for _{service} {problem}");
}
