using Microsoft.AspNetCore.Http;
using Netcd.Base.Protobuf;
using Netcd.Peer.Connections;
using Netcd.Raft.Messages;
using Netcd.Server.Peers;

namespace Netcd.Peer.Routes;

/// <summary>POST /raft: one message.</summary>
internal sealed class RaftRoute(PeerContext context, PeerTransport transport)
{
    public async Task HandleAsync(HttpContext http, IPeerHost host)
    {
        if (!await TryBeginPostAsync(http, host, transport))
        {
            return;
        }

        Message message;
        try
        {
            var body = new BodyReader(http.Request.BodyReader, context.Time, Limits.ReadTimeout);
            var bytes = await body.ReadAllAsync(context.MessageBytesMax, http.RequestAborted);
            message = MessageCodec.Read(bytes);
            context.Metrics.ReceivedBytes.With(message.From.ToString()).Add(bytes.Length);
        }
        catch (ProtoException)
        {
            context.Metrics.ReceivedFailures.With(http.Connection.RemoteIpAddress?.ToString() ?? "").Increment();
            await Answers.ErrorAsync(http, 400, "error unmarshalling raft message");
            return;
        }

        // A snapshot without its database cannot be applied.
        var result = message.Type == MessageType.Snap ? PeerMessageResult.Refused : context.Gate.Receive(message);
        await AnswerAsync(http, result, _ => "error processing raft message");
    }

    /// <summary>
    /// What posts of raft's traffic have in common: method, version and cluster; a sender that is no member yet becomes
    /// reachable. False when it was answered.
    /// </summary>
    public static async Task<bool> TryBeginPostAsync(HttpContext http, IPeerHost host, PeerTransport transport)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            await Answers.MethodNotAllowedAsync(http, "POST");
            return false;
        }

        http.Response.Headers[PeerHeaders.ClusterId] = PeerHeaders.Hex(host.ClusterId);
        if (PeerCheck.Refuse(http.Request, host) is { } text)
        {
            await Answers.ErrorAsync(http, 412, text);
            return false;
        }

        if (PeerHeaders.TryParseId(PeerCheck.First(http.Request, PeerHeaders.ServerFrom), out var from))
        {
            transport.Learn(from, PeerCheck.First(http.Request, PeerHeaders.PeerUrls));
        }

        return true;
    }

    /// <summary>
    /// 204 for what was taken, else 500, and the connection ends. Never 403, which etcd means to send but does not: a
    /// sender of its releases takes that for the word that it was removed, and stops itself.
    /// </summary>
    public static async Task AnswerAsync(HttpContext http, PeerMessageResult result, Func<string, string> refusal)
    {
        if (result == PeerMessageResult.Accepted)
        {
            http.Response.StatusCode = 204;
            return;
        }

        http.Response.Headers.Connection = "close";
        var reason = result switch
        {
            PeerMessageResult.RemovedMember => "cannot process message from removed member",
            PeerMessageResult.MismatchMember => "cannot process message to mismatch member",
            _ => "raft: stopped",
        };
        await Answers.ErrorAsync(http, 500, refusal(reason));
    }
}
