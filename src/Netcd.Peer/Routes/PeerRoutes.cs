using Microsoft.AspNetCore.Http;

namespace Netcd.Peer.Routes;

/// <summary>
/// What is answered on the peer port (server/etcdserver/api/etcdhttp/peer.go, rafthttp/http.go). Before the member runs
/// everything gets 503, and peers come again.
/// </summary>
internal sealed class PeerRoutes(PeerContext context, PeerTransport transport)
{
    private readonly RaftRoute _raft = new(context, transport);
    private readonly StreamRoute _streams = new(context, transport);
    private readonly SnapshotRoute _snapshots = new(context, transport);
    private readonly MemberRoutes _members = new(context);

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await RouteAsync(http);
        }
        catch (RefusedException refused) when (!http.Response.HasStarted)
        {
            await Answers.ErrorAsync(http, refused.Status, refused.Message);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or BadHttpRequestException)
        {
            // Who asked is gone, or takes too long: there is nobody to answer.
            http.Abort();
        }
    }

    private Task RouteAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (path is "/raft" or "/raft/snapshot" || path.StartsWith("/raft/", StringComparison.Ordinal))
        {
            return RaftAsync(http, path);
        }

        return transport.Service is { } service
            ? _members.HandleAsync(http, path, service)
            : Answers.ErrorAsync(http, 503, "the member is not running");
    }

    private Task RaftAsync(HttpContext http, string path)
    {
        if (path == "/raft/probing")
        {
            return ProbingRoute.HandleAsync(http, context.Time);
        }

        if (!context.Gate.IsOpen || context.Gate.Host is not { } host)
        {
            return Answers.ErrorAsync(http, 503, "the member is not running");
        }

        return path switch
        {
            "/raft" => _raft.HandleAsync(http, host),
            "/raft/snapshot" => _snapshots.HandleAsync(http, host),
            _ when path.StartsWith("/raft/stream/", StringComparison.Ordinal) => _streams.HandleAsync(http, host, path),
            _ => Answers.ErrorAsync(http, 404, "404 page not found"),
        };
    }
}
