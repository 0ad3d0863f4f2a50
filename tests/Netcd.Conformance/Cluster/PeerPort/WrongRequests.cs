using System.Text;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Cluster.PeerPort;

/// <summary>The table of what peers may do wrong, with etcd's answers.</summary>
internal static class WrongRequests
{
    private const string ClusterHeader = "X-Etcd-Cluster-ID";
    private const string FromHeader = "X-Server-From";
    private const string VersionHeader = "X-Server-Version";
    private const string MinimumHeader = "X-Min-Cluster-Version";
    // Never 403, by which real etcd would take itself to be removed and stop.
    private const string Processing = "error processing raft message";
    private const ulong FourGiB = 1UL << 32;

    public static IEnumerable<PeerRequest> All(PeerIds ids) =>
        [.. OfAnyRoute(ids), .. OfStreams(ids), .. OfMessages(ids), .. OfSnapshots(ids), .. OfOtherRoutes()];

    /// <summary>Bodies of streams that no good peer sends. Some of them end the process of real etcd.</summary>
    public static IReadOnlyList<(string Stream, byte[] Body)> BadStreams(ServerKind kind)
    {
        List<(string Stream, byte[] Body)> all =
        [
            ("message", RaftBytes.Prefixed(FourGiB, 1, 2, 3)),
            ("message", RaftBytes.Prefixed(ulong.MaxValue)),
            ("message", RaftBytes.Prefixed(100, 1, 2, 3)),
            ("message", RaftBytes.Prefixed(5, 0xff, 0xff, 0xff, 0xff, 0xff)),
            ("message", [0]),
            ("message", []),
            ("msgapp", [7]),
            ("msgapp", [0xff, .. RaftBytes.Prefixed(FourGiB)]),
            ("msgapp", [1, 0, 0]),
            ("msgapp", [2, .. RaftBytes.Prefixed(100, 1, 2, 3)]),
            ("msgapp", []),
        ];
        if (kind == ServerKind.Netcd)
        {
            all.AddRange(
            [
                ("msgapp", [1, .. RaftBytes.Prefixed(FourGiB)]),
                ("msgapp", [1, .. RaftBytes.Prefixed(ulong.MaxValue)]),
                ("msgapp", [1, .. RaftBytes.Prefixed(1), .. RaftBytes.Prefixed(FourGiB, 1, 2, 3)]),
                ("msgapp", [1, .. RaftBytes.Prefixed(1), .. RaftBytes.Prefixed(4, 0xff, 0xff, 0xff, 0xff)]),
                ("msgapp", [2, .. RaftBytes.Prefixed(FourGiB, 1, 2, 3)]),
                ("msgapp", [2, .. RaftBytes.Prefixed(4, 0xff, 0xff, 0xff, 0xff)]),
            ]);
        }

        return all;
    }

    private static string Stream(string kind, ulong from) => $"/raft/stream/{kind}/{from:x}";

    private static PeerRequest Post(string name, string path, int status, string text, byte[] body) =>
        new(name, path, status, text) { Method = HttpMethod.Post, Body = body };

    private static IEnumerable<PeerRequest> OfAnyRoute(PeerIds ids)
    {
        var message = RaftBytes.Message(RaftBytes.HeartbeatResp, ids.Members[0], ids.Members[1], 1);
        PeerRequest[] routes =
        [
            Post("message", "/raft", 0, "", message),
            Post("snapshot", "/raft/snapshot", 0, "", RaftBytes.Framed(message)),
            new("stream message", Stream("message", ids.Members[1]), 0, ""),
            new("stream msgapp", Stream("msgapp", ids.Members[1]), 0, ""),
        ];
        foreach (var route in routes)
        {
            yield return Refused(route, "of another cluster", "cluster ID mismatch", (ClusterHeader, "abcdef"));
            yield return Refused(route, "of no cluster", "cluster ID mismatch", (ClusterHeader, null));
            yield return Refused(route, "of a version too old", "incompatible version", (VersionHeader, "2.3.0"));
            yield return Refused(route, "without a version", "incompatible version", (VersionHeader, null));
            yield return Refused(route, "that wants a newer version", "incompatible version", (MinimumHeader, "9.0.0"));
            yield return route with
            {
                Name = $"{route.Name}, wrong method", Method = HttpMethod.Put, Status = 405, Text = "Method Not Allowed",
            };
        }
    }

    private static PeerRequest Refused(PeerRequest route, string what, string text, (string Name, string? Value) header) =>
        route with
        {
            Name = $"{route.Name} {what}", Status = 412, Text = text, Headers = new() { [header.Name] = header.Value },
        };

    private static IEnumerable<PeerRequest> OfStreams(PeerIds ids)
    {
        foreach (var kind in new[] { "message", "msgapp" })
        {
            yield return new PeerRequest($"{kind} of a removed member", $"/raft/stream/{kind}/{ids.Removed}", 410, "removed member")
            {
                Headers = new() { [FromHeader] = ids.Removed },
            };
            yield return new PeerRequest($"{kind} of nobody", Stream(kind, 0xabcdef), 404, "error sender not found")
            {
                Headers = new() { [FromHeader] = "abcdef" },
            };
            yield return new PeerRequest($"{kind} of no id", $"/raft/stream/{kind}/zz", 404, "invalid from");
            yield return new PeerRequest($"{kind} to somebody else", Stream(kind, ids.Members[1]), 412, "to field mismatch")
            {
                Headers = new() { ["X-Raft-To"] = "abcdef" },
            };
            yield return new PeerRequest($"{kind} to nobody", Stream(kind, ids.Members[1]), 412, "to field mismatch");
        }

        yield return new PeerRequest("stream of no kind", "/raft/stream/other/1", 404, "invalid path");
        yield return new PeerRequest("stream without an id", "/raft/stream/message", 404, "invalid path");
    }

    private static IEnumerable<PeerRequest> OfMessages(PeerIds ids)
    {
        var removed = Convert.ToUInt64(ids.Removed, 16);
        yield return Post("noise as a message", "/raft", 400, "error unmarshalling raft message", [0xff, 0xff, 0xff]);
        yield return Post(
            "cut message", "/raft", 400, "error unmarshalling raft message",
            RaftBytes.Message(RaftBytes.App, ids.Members[0], ids.Members[1], 1)[..^1]);
        yield return Post(
            "message to somebody else", "/raft", 500, Processing,
            RaftBytes.Message(RaftBytes.HeartbeatResp, ids.Members[2], ids.Members[1], 1));
        yield return Post(
            "message of a removed member", "/raft", 500, Processing,
            RaftBytes.Message(RaftBytes.HeartbeatResp, ids.Members[0], removed, 1)) with
        {
            Headers = new() { [FromHeader] = ids.Removed },
        };
    }

    private static IEnumerable<PeerRequest> OfSnapshots(PeerIds ids)
    {
        var removed = Convert.ToUInt64(ids.Removed, 16);
        var message = RaftBytes.Message(RaftBytes.App, ids.Members[0], ids.Members[1], 1);
        yield return Post("other message as a snapshot", "/raft/snapshot", 400, "wrong raft message type", RaftBytes.Framed(message));
        yield return Post("noise as a snapshot", "/raft/snapshot", 400, "failed to decode raft message (unexpected EOF)",
            RaftBytes.Framed([0xff, 0xff, 0xff]));
        yield return Post("nothing as a snapshot", "/raft/snapshot", 400, "failed to decode raft message (EOF)", []);
        yield return Post("cut snapshot", "/raft/snapshot", 400, "failed to decode raft message (unexpected EOF)", RaftBytes.Prefixed(100, 1, 2, 3));
        yield return Post("huge snapshot message", "/raft/snapshot", 400, "error limit exceeded", RaftBytes.Prefixed(1UL << 41, 1, 2, 3));
        // Real etcd keeps the database before it looks at the sender; netcd looks at the database first.
        yield return Post(
            "snapshot of a removed member", "/raft/snapshot", 500, "failed to ",
            [
                .. RaftBytes.Framed(RaftBytes.Message(
                    RaftBytes.Snap, ids.Members[0], removed, 1, RaftBytes.Snapshot(1, 1, [], ids.Members))),
                .. Encoding.ASCII.GetBytes("no database"),
            ]) with
        {
            Headers = new() { [FromHeader] = ids.Removed },
        };
    }

    private static IEnumerable<PeerRequest> OfOtherRoutes() =>
    [
        new("unknown path", "/nothing", 404, "404 page not found"),
        new("members with POST", "/members", 405, "Method Not Allowed") { Method = HttpMethod.Post, Body = [] },
        new("promotion of no id", "/members/promote/zz", 404, "member zz not found in cluster") { Method = HttpMethod.Post, Body = [] },
        new("promotion of nobody", "/members/promote/1", 404, "membership: ID not found")
        {
            Method = HttpMethod.Post, Body = [],
        },
        new("hash with noise", "/members/hashkv", 400, "error unmarshalling request") { Body = [0xff] },
        new("lease with noise", "/leases", 400, "error unmarshalling request") { Method = HttpMethod.Post, Body = [0xff, 0xff] },
        new("lease at a follower", "/leases", 400, "not a primary lessor") { Method = HttpMethod.Post, Body = [0x08, 0x4d] },
        new("leases with GET", "/leases", 405, "Method Not Allowed"),
        new("lease detail with noise", "/leases/internal", 400, "error unmarshalling request") { Method = HttpMethod.Post, Body = [0xff, 0xff] },
        new("version with POST", "/version", 405, "Method Not Allowed") { Method = HttpMethod.Post, Body = [] },
    ];
}
