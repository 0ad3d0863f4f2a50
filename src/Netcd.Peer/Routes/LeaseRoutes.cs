using Microsoft.AspNetCore.Http;
using Netcd.Peer.Client;
using Netcd.Server;
using Netcd.Server.Peers;

namespace Netcd.Peer.Routes;

/// <summary>POST /leases and /leases/internal: leases as their primary knows them (server/lease/leasehttp).</summary>
internal sealed class LeaseRoutes(PeerContext context)
{
    private const string ContentType = "application/protobuf";

    public async Task RenewAsync(HttpContext http, IPeerService service)
    {
        if (await ReadAsync(http) is not { } body)
        {
            return;
        }

        if (!LeaseMessages.TryReadRenewal(body, out var lease))
        {
            await Answers.ErrorAsync(http, 400, "error unmarshalling request");
            return;
        }

        var renewal = await service.RenewLeaseAsync(lease, http.RequestAborted);
        await (renewal.Refusal == Refusal.None
            ? Answers.WriteAsync(http, 200, ContentType, LeaseMessages.Renewed(lease, renewal.TtlSeconds))
            : RefuseAsync(http, renewal.Refusal, otherwise: 400));
    }

    public async Task TimesAsync(HttpContext http, IPeerService service)
    {
        if (await ReadAsync(http) is not { } body)
        {
            return;
        }

        if (!LeaseMessages.TryReadTimesRequest(body, out var lease, out var withKeys))
        {
            await Answers.ErrorAsync(http, 400, "error unmarshalling request");
            return;
        }

        var times = await service.LeaseTimesAsync(lease, withKeys, http.RequestAborted);
        await (times.Refusal == Refusal.None
            ? Answers.WriteAsync(http, 200, ContentType, LeaseMessages.Times(lease, times))
            : RefuseAsync(http, times.Refusal, otherwise: 500));
    }

    private static Task RefuseAsync(HttpContext http, Refusal refusal, int otherwise)
    {
        var status = refusal switch
        {
            Refusal.TimeoutWaitAppliedIndex => 408,
            Refusal.LeaseNotFound => 404,
            _ => otherwise,
        };
        return Answers.ErrorAsync(http, status, RefusalTexts.Of(refusal));
    }

    // Null when it was answered.
    private async Task<byte[]?> ReadAsync(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            await Answers.MethodNotAllowedAsync(http, allowed: null);
            return null;
        }

        var body = new BodyReader(http.Request.BodyReader, context.Time, Limits.ReadTimeout);
        return await body.ReadAllAsync(Limits.LeaseRequestBytesMax, http.RequestAborted);
    }
}
