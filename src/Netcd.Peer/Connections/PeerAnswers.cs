using System.Text;

namespace Netcd.Peer.Connections;

/// <summary>What peers answer to raft's requests when they do not take them (rafthttp's checkPostResponse).</summary>
internal static class PeerAnswers
{
    /// <summary>The body as text, cut off where it is too long; without its line end.</summary>
    public static async Task<string> ReadTextAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await PeerHttp.ReadBodyAsync(response.Content, Limits.ErrorBytesMax, cancellation);
        return body is null ? "" : Encoding.UTF8.GetString(body).TrimEnd('\n');
    }

    /// <summary>Says why, and tells the member when its time in this cluster is over.</summary>
    public static string Explain(PeerContext context, PeerLink peer, HttpResponseMessage response, string text)
    {
        switch ((int)response.StatusCode)
        {
            case 403:
                OnRemoved(context, peer);
                return "the member has been permanently removed from the cluster";
            case 412:
                Log.PeerIncompatible(
                    context.Logger, peer.Id, text, First(response, PeerHeaders.ServerVersion),
                    First(response, PeerHeaders.ClusterId));
                return text;
            case var status:
                return $"unexpected http status {status} while posting to \"{response.RequestMessage?.RequestUri}\"";
        }
    }

    /// <summary>
    /// A peer says that this member is none any more. Every stream hears it, again and again: once is enough.
    /// </summary>
    public static void OnRemoved(PeerContext context, PeerLink peer)
    {
        if (context.Gate.TryReportRemovedFromCluster())
        {
            Log.RemovedFromCluster(context.Logger, peer.Id);
        }
    }

    public static string First(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.First() : "";
}
