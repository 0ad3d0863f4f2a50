using Netcd.Proxy.Logging;

namespace Netcd.Proxy.Discovery;

/// <summary>
/// <c>--discovery-srv</c>: the servers that DNS names for clients of a domain, over TLS and in plaintext; the latter
/// only with <c>--insecure-discovery</c>. Source: server/etcdmain/util.go, client/pkg/srv, client/pkg/transport/tls.go.
/// </summary>
internal sealed class EndpointSearch(ISrvRecords records, ProxyLog log)
{
    /// <param name="domain">The domain; empty to search nothing.</param>
    /// <param name="name">Distinguishes several clusters of a domain; may be empty.</param>
    /// <param name="isInsecure">Take all as they are.</param>
    /// <param name="caFile">Whom to trust; empty for the system's authorities.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <exception cref="SrvException">Neither service has records.</exception>
    public async Task<IReadOnlyList<FoundEndpoint>> FindAsync(
        string domain, string name, bool isInsecure, string caFile, CancellationToken cancellation)
    {
        if (domain.Length == 0)
        {
            return [];
        }

        var suffix = name.Length > 0 ? "-" + name : "";
        var (secure, secureProblem) = await LookUpAsync(
            "https", $"_etcd-client-ssl{suffix}._tcp.{domain}", cancellation);
        var (plain, plainProblem) = await LookUpAsync("http", $"_etcd-client{suffix}._tcp.{domain}", cancellation);
        if (secureProblem is not null && plainProblem is not null)
        {
            throw new SrvException($"dns lookup errors: {secureProblem} and {plainProblem}");
        }

        FoundEndpoint[] found = [.. secure, .. plain];
        log.InfoList("discovered cluster from SRV", ("srv-server", domain), "endpoints", Urls(found));
        return isInsecure ? found : await ValidateAsync(found, domain, caFile, cancellation);
    }

    private async Task<IReadOnlyList<FoundEndpoint>> ValidateAsync(
        FoundEndpoint[] found, string domain, string caFile, CancellationToken cancellation)
    {
        log.InfoList("validating discovered SRV endpoints", ("srv-server", domain), "endpoints", Urls(found));
        var good = new List<FoundEndpoint>();
        var problems = new List<string>();
        foreach (var endpoint in found)
        {
            if (await SecureDial.TryAsync(endpoint, domain, caFile, cancellation) is { } problem)
            {
                problems.Add(problem);
            }
            else
            {
                good.Add(endpoint);
            }
        }

        if (problems.Count > 0)
        {
            log.WarnList(
                "failed to validate discovered endpoints", ("srv-server", domain), "endpoints", Urls(good),
                string.Join(',', problems));
        }
        else
        {
            log.InfoList(
                "using validated discovered SRV endpoints", ("srv-server", domain), "endpoints", Urls(good));
        }

        return good;
    }

    private static IEnumerable<string> Urls(IEnumerable<FoundEndpoint> endpoints) =>
        endpoints.Select(static endpoint => endpoint.Url);

    private async Task<(FoundEndpoint[] Found, string? Problem)> LookUpAsync(
        string scheme, string name, CancellationToken cancellation)
    {
        try
        {
            var answer = await records.LookUpAsync(name, cancellation);
            return ([.. answer.Select(record => new FoundEndpoint($"{scheme}://{record.Target}", record))], null);
        }
        catch (SrvException problem)
        {
            return ([], problem.Message);
        }
    }
}
