using System.Net;
using System.Net.Sockets;
using Netcd.Raft;

namespace Netcd.Server.Boot;

/// <summary>
/// Whether two lists of peer URLs mean the same places: as text, else with host names resolved. Source:
/// URLStringsEqual of etcd's pkg/netutil/netutil.go.
/// </summary>
internal sealed class PeerUrlComparer(HostLookup lookup, TimeProvider time, IMemberLog? log)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>Whether the lists are the same text in some order.</summary>
    internal static bool AreSameText(IReadOnlyList<string> left, IReadOnlyList<string> right) =>
        left.Count == right.Count
        && left.Order(StringComparer.Ordinal)
            .SequenceEqual(right.Order(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>How the lists differ, in etcd's words; null if they mean the same.</summary>
    /// <param name="left">One list.</param>
    /// <param name="right">The other.</param>
    /// <param name="limit">Ends the tries to resolve; not an error of its own.</param>
    internal async Task<string?> DifferenceAsync(
        IReadOnlyList<string> left, IReadOnlyList<string> right, CancellationToken limit)
    {
        if (left.Count != right.Count)
        {
            return $"len({Quoted(left)}) != len({Quoted(right)})";
        }

        if (AreSameText(left, right))
        {
            return null;
        }

        var resolved = new List<string>[2];
        foreach (var (list, i) in new[] { (left, 0), (right, 1) })
        {
            resolved[i] = [];
            foreach (var url in list.Order(StringComparer.Ordinal))
            {
                var (text, problem) = await ResolveAsync(url, limit);
                if (problem is not null)
                {
                    return problem;
                }

                resolved[i].Add(text);
            }

            resolved[i].Sort(StringComparer.Ordinal);
        }

        for (var i = 0; i < resolved[0].Count; i++)
        {
            if (resolved[0][i] != resolved[1][i])
            {
                return $"resolved urls: {Quoted(resolved[0][i])} != {Quoted(resolved[1][i])}";
            }
        }

        return null;
    }

    private static string Quoted(IReadOnlyList<string> texts) => $"[{string.Join(' ', texts.Select(Quoted))}]";

    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Joined(IPAddress address, string port)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{plain}]:{port}" : $"{plain}:{port}";
    }

    private async Task<(string Text, string? Problem)> ResolveAsync(string url, CancellationToken limit)
    {
        var separator = url.IndexOf("://", StringComparison.Ordinal);
        if (separator < 0)
        {
            return (url, $"failed to parse string to URL: {Quoted(url)}");
        }

        var scheme = url[..separator];
        var authority = url[(separator + 3)..];
        if (scheme is "unix" or "unixs")
        {
            return (url, null);
        }

        var colon = authority.LastIndexOf(':');
        if (colon < 0 || authority.EndsWith(']'))
        {
            return (url, $"failed to resolve {Quoted(url)} (address {authority}: missing port in address)");
        }

        var host = authority[..colon].Trim('[', ']');
        var port = authority[(colon + 1)..];
        if (host == "localhost")
        {
            return (url, null);
        }

        var address = IPAddress.TryParse(host, out var literal) ? literal : await LookUpAsync(url, host, limit);
        if (address is null)
        {
            return (url, $"failed to resolve {Quoted(url)} (lookup {host}: no such host)");
        }

        var resolved = Joined(address, port);
        log?.Log(
            RaftLogLevel.Information,
            "resolved URL Host",
            new KeyValuePair<string, object?>("url", url),
            new KeyValuePair<string, object?>("host", authority),
            new KeyValuePair<string, object?>("resolved-addr", resolved));
        return ($"{scheme}://{resolved}", null);
    }

    private async Task<IPAddress?> LookUpAsync(string url, string host, CancellationToken limit)
    {
        while (!limit.IsCancellationRequested)
        {
            try
            {
                if (await lookup(host, limit) is [var first, ..])
                {
                    return first;
                }

                await RetryAsync(url, host, "no such host", limit);
            }
            catch (SocketException problem)
            {
                await RetryAsync(url, host, problem.Message, limit);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }

        return null;
    }

    private async Task RetryAsync(string url, string host, string problem, CancellationToken limit)
    {
        log?.Log(
            RaftLogLevel.Warning,
            "failed to resolve URL Host",
            new KeyValuePair<string, object?>("url", url),
            new KeyValuePair<string, object?>("host", host),
            new KeyValuePair<string, object?>("retry-interval", "1s"),
            new KeyValuePair<string, object?>("error", problem));
        try
        {
            await Task.Delay(RetryInterval, time, limit);
        }
        catch (OperationCanceledException)
        {
            // The caller's loop sees it.
        }
    }
}
