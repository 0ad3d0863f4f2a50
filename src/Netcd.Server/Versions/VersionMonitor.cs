using Netcd.Raft;
using Netcd.Server.Peers;

namespace Netcd.Server.Versions;

/// <summary>
/// The leader's eye on the versions of all members: settles the cluster version and ends downgrades. Each look asks
/// every member once; looks do not overlap. Upstream: monitorClusterVersions and monitorDowngrade of
/// server/etcdserver/server.go.
/// </summary>
internal sealed class VersionMonitor(
    IVersionHost host, IPeerClient? peers, Release highest, TimeSpan timeout, TimeProvider time, IMemberLog? log)
{
    private int _isSettling;
    private int _isEnding;

    /// <summary>
    /// Decides the cluster version if this member leads. Does nothing while an earlier look is under way. Never
    /// throws, and completes at once when there is nobody to ask.
    /// </summary>
    internal async Task SettleAsync()
    {
        if (host.Leader != host.Id || Interlocked.Exchange(ref _isSettling, 1) != 0)
        {
            return;
        }

        try
        {
            var members = await AskAllAsync().ConfigureAwait(false);
            var lowest = members.Contains(null) ? null : members.Min();
            var present = Read(host.ClusterVersion);
            if (host.Leader == host.Id
                && VersionRules.Next(present, lowest, Read(host.DowngradeTarget), highest) is { } next)
            {
                await SetAsync(present, next.ToString()).ConfigureAwait(false);
            }
        }
        finally
        {
            Volatile.Write(ref _isSettling, 0);
        }
    }

    /// <summary>Ends the downgrade under way if every member runs its target by now.</summary>
    internal async Task EndDowngradeAsync()
    {
        if (host.Leader != host.Id || Read(host.DowngradeTarget) is not { } target
            || Interlocked.Exchange(ref _isEnding, 1) != 0)
        {
            return;
        }

        try
        {
            var members = await AskAllAsync().ConfigureAwait(false);
            if (!VersionRules.HasReached(target, members))
            {
                return;
            }

            Log(RaftLogLevel.Information, "the cluster has been downgraded", "cluster-version", target);
            var refusal = await host.ProposeDowngradeEndAsync().ConfigureAwait(false);
            if (refusal != Refusal.None)
            {
                Log(RaftLogLevel.Warning, "failed to cancel downgrade", "error", refusal);
            }
        }
        finally
        {
            Volatile.Write(ref _isEnding, 0);
        }
    }

    private static Release? Read(string text) => Release.TryParse(text, out var release) ? release : null;

    private async Task SetAsync(Release? present, string next)
    {
        if (present is { } from)
        {
            log?.Log(
                RaftLogLevel.Information, "updating cluster version using v3 API", new("from", from), new("to", next));
        }
        else
        {
            Log(
                RaftLogLevel.Information, "setting up initial cluster version using v3 API", "cluster-version", next);
        }

        var refusal = await host.ProposeClusterVersionAsync(next).ConfigureAwait(false);
        if (refusal == Refusal.None)
        {
            Log(RaftLogLevel.Information, "cluster version is updated", "cluster-version", next);
        }
        else
        {
            Log(RaftLogLevel.Warning, "failed to update cluster version", "error", refusal);
        }
    }

    // Null for a member that could not be asked, or whose answer says nothing.
    private async Task<Release?[]> AskAllAsync()
    {
        var members = host.Members;
        var asked = new Task<Release?>[members.Count];
        for (var i = 0; i < asked.Length; i++)
        {
            asked[i] = AskAsync(members[i]);
        }

        return await Task.WhenAll(asked).ConfigureAwait(false);
    }

    private async Task<Release?> AskAsync(ClusterMember member)
    {
        if (member.Id == host.Id)
        {
            return Read(ServerVersion.Text);
        }

        if (peers is null)
        {
            return null;
        }

        foreach (var url in member.PeerUrls)
        {
            if (await AskAsync(peers, url).ConfigureAwait(false) is not { } versions)
            {
                continue;
            }

            var release = Read(versions.Server);
            if (release is null)
            {
                log?.Log(
                    RaftLogLevel.Warning,
                    "failed to parse server version of remote member",
                    new("remote-member-id", member.Id),
                    new("remote-member-version", versions.Server));
            }

            return release;
        }

        Log(RaftLogLevel.Warning, "failed to get version", "remote-member-id", member.Id);
        return null;
    }

    private async Task<PeerVersions?> AskAsync(IPeerClient client, string url)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        try
        {
            return await client.VersionAsync(url, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private void Log(RaftLogLevel level, string message, string field, object value) =>
        log?.Log(level, message, new KeyValuePair<string, object?>(field, value));
}
