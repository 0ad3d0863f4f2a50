using Netcd.Base.GoSyntax;
using Netcd.Client;
using Netcd.CommandLine;

namespace Netcd.Ctl.Session;

/// <summary>The endpoints of --discovery-srv, or else of --endpoints.</summary>
internal static class DiscoveredEndpoints
{
    public static async Task<IReadOnlyList<string>> ReadAsync(Invocation invocation)
    {
        var domain = invocation.Text(GlobalFlags.DiscoverySrv);
        List<string> found = [];
        if (domain.Length > 0)
        {
            found = await LookUpAsync(domain, invocation.Text(GlobalFlags.DiscoverySrvName));
            if (!invocation.Bool(GlobalFlags.InsecureDiscovery))
            {
                found.RemoveAll(endpoint => IsInsecure(invocation.Console, endpoint));
            }
        }

        return found.Count > 0
            ? found
            : [.. invocation.List(GlobalFlags.Endpoints).Select(endpoint => endpoint.Trim())];
    }

    private static bool IsInsecure(ProgramConsole console, string endpoint)
    {
        if (!endpoint.StartsWith("http://", StringComparison.Ordinal))
        {
            return false;
        }

        // The record's own name, which ends in a dot.
        var port = endpoint.LastIndexOf(':');
        console.WriteErrorLine(
            $"ignoring discovered insecure endpoint {GoText.Quote($"{endpoint[..port]}.{endpoint[port..]}")}");
        return true;
    }

    private static async Task<List<string>> LookUpAsync(string domain, string serviceName)
    {
        List<string> endpoints = [];
        var records = new ServiceRecords();
        var errors = new List<string>();
        foreach (var (service, scheme) in new[] { ("etcd-client-ssl", "https"), ("etcd-client", "http") })
        {
            var name = serviceName.Length == 0 ? service : $"{service}-{serviceName}";
            try
            {
                foreach (var record in await records.LookUpAsync($"_{name}._tcp.{domain}"))
                {
                    endpoints.Add($"{scheme}://{record.Host}:{record.Port}");
                }
            }
            catch (ServiceRecordException problem)
            {
                errors.Add(problem.Message);
            }
        }

        return endpoints.Count == 0 && errors.Count == 2
            ? throw new ExitException(ExitCodes.Error, $"dns lookup errors: {errors[0]} and {errors[1]}")
            : endpoints;
    }
}
