using Microsoft.AspNetCore.Http;
using Netcd.Peer.Connections;
using Netcd.Peer.Streams;
using Netcd.Server.Peers;

namespace Netcd.Peer.Routes;

/// <summary>GET /raft/stream/KIND/FROM: a peer opens the stream on which this member then sends to it.</summary>
internal sealed class StreamRoute(PeerContext context, PeerTransport transport)
{
    private const string Prefix = "/raft/stream/";

    public async Task HandleAsync(HttpContext http, IPeerHost host, string path)
    {
        if (!HttpMethods.IsGet(http.Request.Method))
        {
            await Answers.MethodNotAllowedAsync(http, "GET");
            return;
        }

        http.Response.Headers[PeerHeaders.ServerVersion] = Server.ServerVersion.Text;
        http.Response.Headers[PeerHeaders.ClusterId] = PeerHeaders.Hex(host.ClusterId);
        if (PeerCheck.Refuse(http.Request, host) is { } text)
        {
            await Answers.ErrorAsync(http, 412, text);
            return;
        }

        var slash = path.IndexOf('/', Prefix.Length);
        StreamKind? kind = slash < 0 ? null : path[Prefix.Length..slash] switch
        {
            "msgapp" => StreamKind.MsgApp,
            "message" => StreamKind.Message,
            _ => null,
        };
        var from = slash < 0 ? "" : path[(slash + 1)..];
        if (kind is not { } known || from.Contains('/'))
        {
            await Answers.ErrorAsync(http, 404, "invalid path");
            return;
        }

        await OpenAsync(http, host, known, from);
    }

    private async Task OpenAsync(HttpContext http, IPeerHost host, StreamKind kind, string fromText)
    {
        if (!PeerHeaders.TryParseId(fromText, out var from))
        {
            await Answers.ErrorAsync(http, 404, "invalid from");
            return;
        }

        if (host.IsRemoved(from))
        {
            Log.StreamOfRemovedMember(context.Logger, from);
            await Answers.ErrorAsync(http, 410, "removed member");
            return;
        }

        if (transport.FindPeer(from) is not { } peer)
        {
            transport.Learn(from, PeerCheck.First(http.Request, PeerHeaders.PeerUrls));
            Log.StreamOfUnknownMember(context.Logger, from);
            await Answers.ErrorAsync(http, 404, "error sender not found");
            return;
        }

        if (PeerCheck.First(http.Request, PeerHeaders.RaftTo) != host.Id.ToString())
        {
            await Answers.ErrorAsync(http, 412, "to field mismatch");
            return;
        }

        await ServeAsync(http, peer, kind);
    }

    private async Task ServeAsync(HttpContext http, PeerLink peer, StreamKind kind)
    {
        await http.Response.StartAsync(http.RequestAborted);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        var stream = new OutgoingStream(
            kind, http.Response.BodyWriter, http.Abort, peer.Sent, context.Time, context.WriteTimeout);
        using var gone = http.RequestAborted.UnsafeRegister(
            static state => ((OutgoingStream)state!).Close(), // Not null: passed here.
            stream);
        try
        {
            if (peer.TryAttach(stream))
            {
                await stream.Ended;
            }
        }
        finally
        {
            peer.Detach(stream);
        }
    }
}
