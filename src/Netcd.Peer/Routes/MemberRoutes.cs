using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Netcd.Base;
using Netcd.Peer.Client;
using Netcd.Peer.Connections;
using Netcd.Server;
using Netcd.Server.Peers;

namespace Netcd.Peer.Routes;

/// <summary>
/// What members ask each other beside raft's traffic: who and what they are, and what only a leader knows.
/// </summary>
internal sealed class MemberRoutes(PeerContext context)
{
    private const string PromotePrefix = "/members/promote/";

    private readonly LeaseRoutes _leases = new(context);

    public Task HandleAsync(HttpContext http, string path, IPeerService service) => path switch
    {
        "/members" => MembersAsync(http, service),
        "/version" => VersionAsync(http, service),
        "/downgrade/enabled" => DowngradeAsync(http, service),
        "/leases" => _leases.RenewAsync(http, service),
        "/leases/internal" => _leases.TimesAsync(http, service),
        "/members/hashkv" => HashAsync(http, service),
        _ when path.StartsWith(PromotePrefix, StringComparison.Ordinal) =>
            PromoteAsync(http, path[PromotePrefix.Length..], service),
        _ => Answers.ErrorAsync(http, 404, "404 page not found"),
    };

    private static async Task<bool> TryBeginAsync(HttpContext http, string method, ulong? clusterId)
    {
        if (!string.Equals(http.Request.Method, method, StringComparison.Ordinal))
        {
            await Answers.MethodNotAllowedAsync(http, method);
            return false;
        }

        if (clusterId is { } id)
        {
            http.Response.Headers[PeerHeaders.ClusterId] = PeerHeaders.Hex(id);
        }

        return true;
    }

    private static async Task MembersAsync(HttpContext http, IPeerService service)
    {
        if (await TryBeginAsync(http, "GET", service.ClusterId))
        {
            await Answers.WriteAsync(http, 200, "application/json", MembersJson.Write(service.Members));
        }
    }

    private static async Task VersionAsync(HttpContext http, IPeerService service)
    {
        if (await TryBeginAsync(http, "GET", null))
        {
            var versions = service.Versions;
            var json = $"{{\"etcdserver\":\"{versions.Server}\",\"etcdcluster\":\"{versions.Cluster}\","
                + $"\"storage\":\"{versions.Storage}\"}}";
            await Answers.WriteAsync(http, 200, "application/json", Encoding.UTF8.GetBytes(json));
        }
    }

    private static async Task DowngradeAsync(HttpContext http, IPeerService service)
    {
        if (!await TryBeginAsync(http, "GET", service.ClusterId))
        {
            return;
        }

        var downgrade = await service.IsDowngradeEnabledAsync(http.RequestAborted);
        if (downgrade.Refusal != Refusal.None)
        {
            await Answers.ErrorAsync(http, 500, $"failed linearized read: {RefusalTexts.Of(downgrade.Refusal)}");
            return;
        }

        await Answers.WriteAsync(
            http, 200, "text/plain", downgrade.IsEnabled ? "true"u8.ToArray() : "false"u8.ToArray());
    }

    private static async Task PromoteAsync(HttpContext http, string idText, IPeerService service)
    {
        if (!await TryBeginAsync(http, "POST", service.ClusterId))
        {
            return;
        }

        if (!ulong.TryParse(idText, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            await Answers.ErrorAsync(http, 404, $"member {idText} not found in cluster");
            return;
        }

        var change = await service.PromoteAsync(
            new MemberId(id), http.Request.Headers.Authorization.FirstOrDefault(), http.RequestAborted);
        switch (change.Refusal)
        {
            case Refusal.None:
                await Answers.WriteAsync(http, 200, "application/json", MembersJson.Write(change.Members));
                break;
            case Refusal.MemberNotFound:
                await Answers.ErrorAsync(http, 404, RefusalTexts.Of(change.Refusal));
                break;
            case Refusal.MemberNotLearner or Refusal.LearnerNotReady:
                await Answers.ErrorAsync(http, 412, RefusalTexts.Of(change.Refusal));
                break;
            default:
                await Answers.JsonErrorAsync(http, 500, "Internal Server Error");
                break;
        }
    }

    private async Task HashAsync(HttpContext http, IPeerService service)
    {
        if (!await TryBeginAsync(http, "GET", null))
        {
            return;
        }

        var cluster = PeerHeaders.Hex(service.ClusterId);
        if (PeerCheck.First(http.Request, PeerHeaders.ClusterId, cluster) != cluster)
        {
            await Answers.ErrorAsync(http, 412, "cluster ID mismatch");
            return;
        }

        var body = new BodyReader(http.Request.BodyReader, context.Time, Limits.ReadTimeout);
        if (HashJson.TryReadRequest(await body.ReadAllAsync(Limits.HashRequestBytesMax, http.RequestAborted))
            is not { } revision)
        {
            await Answers.ErrorAsync(http, 400, "error unmarshalling request");
            return;
        }

        // It reads the whole key space.
        var hash = await Task.Factory.StartNew(
            () => service.Hash(revision),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        if (hash.Refusal != Refusal.None)
        {
            await Answers.ErrorAsync(http, 400, RefusalTexts.Of(hash.Refusal));
            return;
        }

        http.Response.Headers[PeerHeaders.ClusterId] = cluster;
        await Answers.WriteAsync(http, 200, "application/json", HashJson.Write(hash));
    }
}
