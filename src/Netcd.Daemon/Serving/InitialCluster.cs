using Netcd.Daemon.Flags;
using Netcd.Server;

namespace Netcd.Daemon.Serving;

/// <summary>Reads <c>--initial-cluster</c> and checks it against this member's own flags, with etcd's texts.</summary>
internal static class InitialCluster
{
    /// <exception cref="StartException">The text is malformed or does not fit the flags.</exception>
    public static IReadOnlyList<InitialMember> Parse(DaemonOptions options)
    {
        var urlsByName = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pair in options.InitialCluster.Split(','))
        {
            var equals = pair.IndexOf('=');
            var name = equals < 0 ? pair : pair[..equals];
            var url = ParseUrl(equals < 0 ? "" : pair[(equals + 1)..]);
            if (!seen.Add(url))
            {
                throw new StartException($"initial cluster {options.InitialCluster} has duplicate url");
            }

            if (!urlsByName.TryGetValue(name, out var urls))
            {
                urlsByName[name] = urls = [];
            }

            urls.Add(url);
        }

        CheckOwn(options, urlsByName);
        return [.. urlsByName.Select(member => new InitialMember(member.Key, member.Value))];
    }

    private static string ParseUrl(string text)
    {
        try
        {
            return EtcdUrl.Parse(text).Text;
        }
        catch (FlagValueException problem)
        {
            throw new StartException($"error setting up initial cluster: {problem.Message}", problem);
        }
    }

    private static void CheckOwn(DaemonOptions options, SortedDictionary<string, List<string>> urlsByName)
    {
        if (!urlsByName.TryGetValue(options.Name, out var own))
        {
            throw new StartException(
                $"couldn't find local name \"{options.Name}\" in the initial cluster configuration");
        }

        var advertised = options.AdvertisePeerUrls.Select(url => url.Text).ToHashSet(StringComparer.Ordinal);
        foreach (var url in own)
        {
            if (!advertised.Contains(url))
            {
                var list = string.Join(',', advertised);
                throw new StartException(
                    $"--initial-cluster has {options.Name}={url} but missing from --initial-advertise-peer-urls={list} "
                    + $"(resolved urls: \"{list}\" != \"{url}\")");
            }
        }

        foreach (var url in advertised)
        {
            if (!own.Contains(url, StringComparer.Ordinal))
            {
                throw new StartException(
                    $"--initial-advertise-peer-urls has {url} but missing from "
                    + $"--initial-cluster={options.Name}={string.Join(',', own)} (resolved urls: \"{url}\" != "
                    + $"\"{string.Join(',', own)}\")");
            }
        }
    }
}
