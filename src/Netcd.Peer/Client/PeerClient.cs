using System.Globalization;
using System.Text;
using System.Text.Json;
using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Peer.Connections;
using Netcd.Server;
using Netcd.Server.Peers;

namespace Netcd.Peer.Client;

/// <summary>
/// Questions to other members (server/etcdserver/cluster_util.go, server/lease/leasehttp, corrupt.go).
/// </summary>
internal sealed class PeerClient(PeerHttp http) : IPeerClient
{
    public async Task<RemoteCluster?> MembersAsync(string peerUrl, CancellationToken cancellation)
    {
        var answer = await AskAsync(HttpMethod.Get, peerUrl, "/members", null, Limits.AnswerBytesMax, cancellation);
        return answer is { Status: 200 } && PeerHeaders.TryParseId(answer.ClusterId, out var cluster)
            && MembersJson.TryRead(answer.Body) is { } members
            ? new RemoteCluster(cluster.Value, members)
            : null;
    }

    public async Task<PeerVersions?> VersionAsync(string peerUrl, CancellationToken cancellation)
    {
        var answer = await AskAsync(HttpMethod.Get, peerUrl, "/version", null, Limits.AnswerBytesMax, cancellation);
        if (answer is not { Status: 200 })
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var root = document.RootElement;
            return new PeerVersions(
                root.GetProperty("etcdserver").GetString() ?? "",
                root.GetProperty("etcdcluster").GetString() ?? "",
                root.TryGetProperty("storage", out var storage)
                    ? storage.GetString() ?? PeerVersions.UnknownStorage
                    : PeerVersions.UnknownStorage);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException
            or KeyNotFoundException)
        {
            return null;
        }
    }

    public async Task<bool?> IsDowngradeEnabledAsync(string peerUrl, CancellationToken cancellation)
    {
        var answer = await AskAsync(
            HttpMethod.Get, peerUrl, "/downgrade/enabled", null, Limits.ErrorBytesMax, cancellation);
        return answer?.Status switch
        {
            // Members before 3.5 know of no downgrade.
            404 => false,
            200 when bool.TryParse(answer.Text, out var isEnabled) => isEnabled,
            _ => null,
        };
    }

    public async Task<PeerLeaseRenewal> RenewLeaseAsync(string peerUrl, LeaseId lease, CancellationToken cancellation)
    {
        var answer = await AskAsync(
            HttpMethod.Post, peerUrl, "/leases", Protobuf(LeaseMessages.RenewalRequest(lease)), Limits.ErrorBytesMax,
            cancellation);
        return answer is { Status: 200 } && LeaseMessages.TryReadRenewed(answer.Body, lease) is { } ttl
            ? new PeerLeaseRenewal(Refusal.None, ttl)
            : new PeerLeaseRenewal(LeaseRefusal(answer), 0);
    }

    public async Task<PeerLeaseTimes> LeaseTimesAsync(
        string peerUrl, LeaseId lease, bool withKeys, CancellationToken cancellation)
    {
        var answer = await AskAsync(
            HttpMethod.Post, peerUrl, "/leases/internal", Protobuf(LeaseMessages.TimesRequest(lease, withKeys)),
            Limits.LeaseAnswerBytesMax, cancellation);
        return answer is { Status: 200 } && LeaseMessages.TryReadTimes(answer.Body, lease) is { } times
            ? times
            : new PeerLeaseTimes(LeaseRefusal(answer), 0, 0, []);
    }

    public async Task<MemberChange> PromoteAsync(
        string peerUrl, MemberId learner, string? token, CancellationToken cancellation)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/members/promote/{learner.Value}");
        var answer = await AskAsync(
            HttpMethod.Post, peerUrl, path, null, Limits.AnswerBytesMax, cancellation, token: token);
        if (answer is { Status: 200 } && MembersJson.TryRead(answer.Body) is { } members)
        {
            return new MemberChange(Refusal.None, null, members);
        }

        return MemberChange.Refused(answer?.Status switch
        {
            404 => Refusal.MemberNotFound,
            412 when answer.Text.Contains("which is in sync with leader", StringComparison.Ordinal) =>
                Refusal.LearnerNotReady,
            412 when answer.Text.Contains("can only promote a learner member", StringComparison.Ordinal) =>
                Refusal.MemberNotLearner,
            null or 408 => Refusal.Timeout,
            _ => Refusal.NoLeader,
        });
    }

    public async Task<PeerHash> HashAsync(
        string peerUrl, ulong clusterId, long revision, CancellationToken cancellation)
    {
        var content = PeerHttp.Content(HashJson.Request(revision), "application/json");
        var answer = await AskAsync(
            HttpMethod.Get, peerUrl, "/members/hashkv", content, Limits.AnswerBytesMax, cancellation, clusterId);
        if (answer is { Status: 200 } && HashJson.TryRead(answer.Body) is { } hash)
        {
            return hash;
        }

        var refusal = answer?.Status switch
        {
            400 when answer.Text.Contains("has been compacted", StringComparison.Ordinal) => Refusal.Compacted,
            400 when answer.Text.Contains("is a future revision", StringComparison.Ordinal) => Refusal.FutureRevision,
            412 => Refusal.ClusterIdMismatch,
            _ => Refusal.Timeout,
        };
        return new PeerHash(refusal, MemberId.None, default(KeyValueHash), 0);
    }

    private static ByteArrayContent Protobuf(byte[] body) => PeerHttp.Content(body, "application/protobuf");

    // etcd tells the two errors of a lessor that is not primary apart by their texts only.
    private static Refusal LeaseRefusal(PeerAnswer? answer) => answer?.Status switch
    {
        null or 408 => Refusal.Timeout,
        404 when answer.Text.Contains("lease not found", StringComparison.Ordinal) => Refusal.LeaseNotFound,
        _ when answer.Text.Contains("not a primary lessor", StringComparison.Ordinal) => Refusal.NotPrimaryLessor,
        _ => Refusal.NoLeader,
    };

    // Null when there was no whole answer within the bound.
    private async Task<PeerAnswer?> AskAsync(
        HttpMethod method, string peerUrl, string path, HttpContent? content, int bytesMax,
        CancellationToken cancellation, ulong? clusterId = null, string? token = null)
    {
        if (PeerUrl.TryParse(peerUrl) is not { } url)
        {
            content?.Dispose();
            return null;
        }

        using var request = PeerHttp.Request(method, url, path);
        request.Content = content ?? (method == HttpMethod.Post ? new ByteArrayContent([]) : null);
        if (clusterId is { } id)
        {
            request.Headers.TryAddWithoutValidation(PeerHeaders.ClusterId, PeerHeaders.Hex(id));
        }

        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", token);
        }

        try
        {
            using var response = await http.SendAsync(request, cancellation);
            var body = await PeerHttp.ReadBodyAsync(response.Content, bytesMax, cancellation);
            return body is null
                ? null
                : new PeerAnswer(
                    (int)response.StatusCode, PeerAnswers.First(response, PeerHeaders.ClusterId), body);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return null;
        }
    }

    private sealed record PeerAnswer(int Status, string ClusterId, byte[] Body)
    {
        public string Text => Encoding.UTF8.GetString(Body).Trim();
    }
}
