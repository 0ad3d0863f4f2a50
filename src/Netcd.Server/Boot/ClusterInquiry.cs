using System.Globalization;
using Netcd.Raft;
using Netcd.Server.Peers;

namespace Netcd.Server.Boot;

/// <summary>
/// What a starting member asks running ones. Source: etcd's server/etcdserver/cluster_util.go.
/// </summary>
internal sealed class ClusterInquiry(IPeerClient client, TimeProvider time, IMemberLog? log)
{
    private static readonly (int Major, int Minor, int Patch) LowestClusterVersion = (3, 0, 0);

    /// <summary>
    /// The cluster as the first of the URLs (in order) that answers describes it; null if none does. All are asked at
    /// once: a member that starts too holds its port open and stays silent for the whole of the limit.
    /// </summary>
    internal async Task<RemoteCluster?> MembersAsync(
        IReadOnlyList<string> urls, TimeSpan limit, bool isSilent, CancellationToken cancellation)
    {
        var questions = urls.Select(url => AskAsync(url, client.MembersAsync, limit, cancellation)).ToArray();
        RemoteCluster? found = null;
        for (var i = 0; i < questions.Length; i++)
        {
            var answer = await questions[i];
            found ??= answer;
            if (answer is null && !isSilent)
            {
                Warn("failed to get cluster response", "address", urls[i] + "/members");
            }
        }

        return found;
    }

    /// <summary>
    /// Whether at least one of the members has a cluster version that this program can take part in, and none has one
    /// that it cannot. Members that are down do not count.
    /// </summary>
    internal async Task<bool> IsCompatibleAsync(
        IReadOnlyList<ClusterMember> others, TimeSpan limit, CancellationToken cancellation)
    {
        var questions = others
            .Select(member => AskMemberAsync(member, client.VersionAsync, limit, cancellation))
            .ToArray();
        var versions = await Task.WhenAll(questions);
        var (lowest, highest) = AllowedVersions(await IsDowngradingAsync(others, limit, cancellation));
        var isCompatible = false;
        for (var i = 0; i < others.Count; i++)
        {
            var id = others[i].Id.ToString();
            if (versions[i] is not { } version)
            {
                Warn("failed to get version", "remote-member-id", id);
            }
            else if (!TryParse(version.Cluster, out var parsed))
            {
                WarnOfVersion("failed to parse cluster version of remote member", id, version.Cluster);
            }
            else if (parsed.CompareTo(lowest) < 0)
            {
                WarnOfVersion("cluster version of remote member is not compatible; too low", id, version.Cluster);
                return false;
            }
            else if (parsed.CompareTo(highest) > 0)
            {
                WarnOfVersion("cluster version of remote member is not compatible; too high", id, version.Cluster);
                return false;
            }
            else
            {
                isCompatible = true;
            }
        }

        return isCompatible;
    }

    // While a cluster is being lowered to our version, only our version plus one may be joined.
    private static ((int Major, int Minor, int Patch) Lowest, (int Major, int Minor, int Patch) Highest)
        AllowedVersions(bool isDowngrading)
    {
        _ = TryParse(ServerVersion.Text, out var own);
        own = (own.Major, own.Minor, 0);
        if (!isDowngrading)
        {
            return (LowestClusterVersion, own);
        }

        own.Minor++;
        return (own, own);
    }

    private static bool TryParse(string text, out (int Major, int Minor, int Patch) version)
    {
        version = default;
        var parts = text.Split('.');
        return parts.Length == 3
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out version.Major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out version.Minor)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out version.Patch);
    }

    // The first that answers decides: the answer is a linearizable read.
    private async Task<bool> IsDowngradingAsync(
        IReadOnlyList<ClusterMember> others, TimeSpan limit, CancellationToken cancellation)
    {
        foreach (var member in others)
        {
            foreach (var url in member.PeerUrls)
            {
                if (await AskAsync(url, IsDowngradeEnabledAsync, limit, cancellation) is bool isEnabled)
                {
                    return isEnabled;
                }
            }

            Warn("failed to get downgrade enabled status", "remote-member-id", member.Id.ToString());
        }

        return false;
    }

    private async Task<object?> IsDowngradeEnabledAsync(string url, CancellationToken cancellation) =>
        await client.IsDowngradeEnabledAsync(url, cancellation);

    private async Task<T?> AskMemberAsync<T>(
        ClusterMember member, Func<string, CancellationToken, Task<T?>> ask, TimeSpan limit,
        CancellationToken cancellation)
        where T : class
    {
        foreach (var url in member.PeerUrls)
        {
            if (await AskAsync(url, ask, limit, cancellation) is { } answer)
            {
                return answer;
            }
        }

        return null;
    }

    private async Task<T?> AskAsync<T>(
        string url, Func<string, CancellationToken, Task<T?>> ask, TimeSpan limit, CancellationToken cancellation)
        where T : class
    {
        using var deadline = new Deadline(time, limit, cancellation);
        try
        {
            return await ask(url, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private void Warn(string message, string field, string value) =>
        log?.Log(RaftLogLevel.Warning, message, new KeyValuePair<string, object?>(field, value));

    private void WarnOfVersion(string message, string id, string version) =>
        log?.Log(
            RaftLogLevel.Warning,
            message,
            new KeyValuePair<string, object?>("remote-member-id", id),
            new KeyValuePair<string, object?>("remote-member-cluster-version", version));
}
