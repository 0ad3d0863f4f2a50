using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Raft;

namespace Netcd.Server.Corruption;

/// <summary>
/// Compares the key space of members by hash: before a member serves, now and then while it leads, and after
/// compactions. Which members differ is decided as etcd 3.6 does, so that Go and netcd leaders raise the same alarms.
/// Upstream: server/etcdserver/corrupt.go.
/// </summary>
/// <remarks>One check at a time.</remarks>
internal sealed class CorruptionChecker(ICorruptionHost host, TimeSpan timeout, IMemberLog? log)
{
    private long _latestRevisionChecked;

    /// <summary>
    /// Before serving: whether a peer has other data at this member's revision. False means that this member must not
    /// start. Peers that cannot answer, or have compacted to elsewhere, prove nothing.
    /// </summary>
    internal async Task<bool> IsSoundAtStartAsync()
    {
        log?.Log(
            RaftLogLevel.Information,
            "starting initial corruption check",
            new("local-member-id", host.Id),
            new("timeout", timeout));
        if (host.Hash(0, out var own, out _) != StoreStatus.Ok)
        {
            return false;
        }

        var mismatches = 0;
        foreach (var peer in await host.PeerHashesAsync(own.Revision).ConfigureAwait(false))
        {
            if (!peer.HasHash)
            {
                LogNoHash(own, peer);
            }
            else if (peer.Hash.Hash.Hash != own.Hash)
            {
                var isComparable = peer.Hash.Hash.CompactRevision == own.CompactRevision;
                mismatches += isComparable ? 1 : 0;
                LogDifference(
                    isComparable
                        ? "found different hash values from remote peer"
                        : "found different compact revision values from remote peer",
                    own,
                    peer);
            }
        }

        if (mismatches == 0)
        {
            log?.Log(
                RaftLogLevel.Information,
                "initial corruption checking passed; no corruption",
                new KeyValuePair<string, object?>("local-member-id", host.Id));
        }

        return mismatches == 0;
    }

    /// <summary>On the leader: raises CORRUPT for the first member found to differ, this one included.</summary>
    internal async Task CheckAsync()
    {
        if (host.Hash(0, out var first, out _) != StoreStatus.Ok)
        {
            return;
        }

        var peers = await host.PeerHashesAsync(first.Revision).ConfigureAwait(false);
        if (await host.ReadIndexAsync().ConfigureAwait(false) is not Refusal.None and var refusal)
        {
            Log(RaftLogLevel.Warning, "failed to check hash KV", "error", refusal);
            return;
        }

        if (host.Hash(0, out var second, out var currentRevision) != StoreStatus.Ok)
        {
            return;
        }

        var corrupt = new List<MemberId>();
        if (second.Hash != first.Hash && second.Revision == first.Revision
            && second.CompactRevision == first.CompactRevision)
        {
            log?.Log(
                RaftLogLevel.Warning,
                "found hash mismatch",
                new("revision-1", first.Revision),
                new("compact-revision-1", first.CompactRevision),
                new("hash-1", first.Hash),
                new("revision-2", second.Revision),
                new("compact-revision-2", second.CompactRevision),
                new("hash-2", second.Hash));
            corrupt.Add(host.Id);
        }

        var answered = 0;
        foreach (var peer in peers)
        {
            if (peer.HasHash)
            {
                answered++;
                Compare(peer, first, second, currentRevision, corrupt);
            }
        }

        if (corrupt.Count > 0)
        {
            host.RaiseCorrupt(corrupt[0]);
        }

        Log(RaftLogLevel.Information, "finished peer corruption check", "number-of-peers-checked", answered);
    }

    /// <summary>
    /// On the leader: compares the hashes that compactions left, the newest that all members have. Compactions happen
    /// at the same revision everywhere, so their hashes must agree.
    /// </summary>
    internal async Task CheckCompactionsAsync()
    {
        log?.Log(
            RaftLogLevel.Information,
            "starting compact hash check",
            new("local-member-id", host.Id),
            new("timeout", timeout));
        var hashes = host.CompactionHashes.Where(hash => hash.Revision > _latestRevisionChecked)
            .OrderByDescending(hash => hash.Revision)
            .ToArray();
        var tried = 0;
        foreach (var hash in hashes)
        {
            tried++;
            var peers = await host.PeerHashesAsync(hash.Revision).ConfigureAwait(false);
            if (peers.Count > 0 && IsSettled(hash, peers))
            {
                break;
            }
        }

        Log(RaftLogLevel.Information, "finished compaction hash check", "number-of-hashes-checked", tried);
    }

    private void Compare(
        in PeerHashReport peer, in KeyValueHash first, in KeyValueHash second, long currentRevision,
        List<MemberId> corrupt)
    {
        var theirs = peer.Hash.Hash;
        string? problem = null;
        if (peer.Hash.CurrentRevision > currentRevision)
        {
            problem = "revision from follower must be less than or equal to leader's";
        }
        else if (theirs.CompactRevision > second.CompactRevision)
        {
            problem = "compact revision from follower must be less than or equal to leader's";
        }
        else if (theirs.CompactRevision == first.CompactRevision && theirs.Hash != first.Hash)
        {
            problem = "same compact revision then hashes must match";
        }

        if (problem is not null)
        {
            corrupt.Add(peer.Member);
            log?.Log(
                RaftLogLevel.Warning,
                problem,
                new("leader-revision", currentRevision),
                new("leader-compact-revision", second.CompactRevision),
                new("leader-hash", first.Hash),
                new("follower-revision", peer.Hash.CurrentRevision),
                new("follower-compact-revision", theirs.CompactRevision),
                new("follower-hash", theirs.Hash),
                new("follower-peer-id", peer.Member));
        }
    }

    // Whether this hash says all there is to know: every member was compared, or an alarm was raised.
    private bool IsSettled(in KeyValueHash own, IReadOnlyList<PeerHashReport> peers)
    {
        var byHash = new Dictionary<uint, List<MemberId>> { [own.Hash] = [host.Id] };
        var compared = 0;
        foreach (var peer in peers)
        {
            if (!peer.HasHash || peer.Hash.Hash.CompactRevision != own.CompactRevision)
            {
                log?.Log(
                    RaftLogLevel.Warning,
                    "Skipped peer's hash",
                    new("number-of-peers", peers.Count),
                    new("leader-id", host.Id),
                    new("peer-id", peer.Member),
                    new("reason", peer.HasHash ? "the peer's CompactRevision doesn't match leader's" : "no response"));
                continue;
            }

            compared++;
            if (!byHash.TryGetValue(peer.Hash.Hash.Hash, out var members))
            {
                byHash.Add(peer.Hash.Hash.Hash, members = []);
            }

            members.Add(peer.Member);
        }

        if (byHash.Count > 1)
        {
            RaiseForMinorities(own, byHash, peers.Count + 1);
            return true;
        }

        if (compared < peers.Count)
        {
            LogCompared(
                RaftLogLevel.Warning,
                "skipped revision in compaction hash check; was not able to check all peers",
                own,
                compared);
            return false;
        }

        LogCompared(RaftLogLevel.Information, "successfully checked hash on whole cluster", own, compared);
        _latestRevisionChecked = Math.Max(_latestRevisionChecked, own.Revision);
        return true;
    }

    // What a quorum holds is right, and who differs from it is corrupt; without one nobody can say who is.
    private void RaiseForMinorities(in KeyValueHash own, Dictionary<uint, List<MemberId>> byHash, int memberCount)
    {
        var quorum = (memberCount / 2) + 1;
        var majority = byHash.FirstOrDefault(pair => pair.Value.Count >= quorum);
        var hasQuorum = majority.Value is not null;
        if (!hasQuorum)
        {
            host.RaiseCorrupt(MemberId.None);
        }

        foreach (var (hash, members) in byHash)
        {
            if (hasQuorum && hash == majority.Key)
            {
                continue;
            }

            if (hasQuorum)
            {
                members.ForEach(host.RaiseCorrupt);
            }

            log?.Log(
                RaftLogLevel.Error,
                "Detected compaction hash mismatch",
                new("leader-id", host.Id),
                new("leader-revision", own.Revision),
                new("leader-compact-revision", own.CompactRevision),
                new("leader-hash", own.Hash),
                new("peer-hash", hash),
                new("peer-ids", string.Join(',', members)),
                new("quorum-exist", hasQuorum));
        }
    }

    private void LogNoHash(in KeyValueHash own, in PeerHashReport peer)
    {
        var message = peer.Hash.Refusal switch
        {
            Refusal.FutureRevision => "cannot fetch hash from slow remote peer",
            Refusal.Compacted => "cannot fetch hash from remote peer; local member is behind",
            Refusal.ClusterIdMismatch => "cluster ID mismatch",
            _ => "failed hash kv request",
        };
        LogDifference(message, own, peer);
    }

    private void LogDifference(string message, in KeyValueHash own, in PeerHashReport peer) => log?.Log(
        RaftLogLevel.Warning,
        message,
        new("local-member-id", host.Id),
        new("local-member-revision", own.Revision),
        new("local-member-compact-revision", own.CompactRevision),
        new("local-member-hash", own.Hash),
        new("remote-peer-id", peer.Member),
        new("remote-peer-revision", peer.Hash.CurrentRevision),
        new("remote-peer-compact-revision", peer.Hash.Hash.CompactRevision),
        new("remote-peer-hash", peer.Hash.Hash.Hash));

    private void LogCompared(RaftLogLevel level, string message, in KeyValueHash own, int compared) => log?.Log(
        level,
        message,
        new("number-of-peers-checked", compared),
        new("revision", own.Revision),
        new("compactRevision", own.CompactRevision));

    private void Log(RaftLogLevel level, string message, string field, object value) =>
        log?.Log(level, message, new KeyValuePair<string, object?>(field, value));
}
