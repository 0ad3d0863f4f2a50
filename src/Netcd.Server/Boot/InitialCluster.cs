namespace Netcd.Server.Boot;

/// <summary>
/// Reads <c>name=url</c> pairs, of <c>--initial-cluster</c> and of discovery. Source: client/pkg/types/urlsmap.go.
/// </summary>
public static class InitialCluster
{
    /// <exception cref="FlagValueException">A URL is refused, with etcd's text.</exception>
    public static IReadOnlyList<InitialMember> Parse(string text)
    {
        var urlsByName = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            var name = equals < 0 ? pair : pair[..equals];
            var url = EtcdUrl.Parse(equals < 0 ? "" : pair[(equals + 1)..].Trim()).Text;
            if (!urlsByName.TryGetValue(name, out var urls))
            {
                urlsByName[name] = urls = [];
            }

            urls.Add(url);
        }

        return [.. urlsByName.Select(member => new InitialMember(member.Key, member.Value))];
    }
}
