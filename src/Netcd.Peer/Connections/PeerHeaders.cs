using System.Globalization;
using System.Text;
using Netcd.Base;
using Netcd.Server.Peers;

namespace Netcd.Peer.Connections;

/// <summary>The headers by which members know each other (rafthttp's http.go, util.go).</summary>
internal static class PeerHeaders
{
    public const string ClusterId = "X-Etcd-Cluster-Id";
    public const string ServerVersion = "X-Server-Version";
    public const string MinClusterVersion = "X-Min-Cluster-Version";
    public const string ServerFrom = "X-Server-From";
    public const string PeerUrls = "X-Peerurls";
    public const string RaftTo = "X-Raft-To";

    /// <summary>Members before this are not spoken with.</summary>
    public const string OwnMinClusterVersion = "3.0.0";

    public const string UserAgent = "Go-http-client/1.1";

    /// <summary>A cluster id as it stands in a header.</summary>
    public static string Hex(ulong id) => id.ToString("x", CultureInfo.InvariantCulture);

    public static bool TryParseId(ReadOnlySpan<char> text, out MemberId id)
    {
        var isValid = ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value);
        id = new MemberId(value);
        return isValid;
    }

    /// <summary>What each request of raft's traffic carries.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(IPeerHost host)
    {
        yield return new(ClusterId, Hex(host.ClusterId));
        yield return new(MinClusterVersion, OwnMinClusterVersion);
        yield return new(PeerUrls, string.Join(',', host.AdvertisedPeerUrls));
        yield return new(ServerFrom, host.Id.ToString());
        yield return new(ServerVersion, Server.ServerVersion.Text);
    }

    public static void AddTo(HttpRequestMessage request, IPeerHost host)
    {
        foreach (var (name, value) in Of(host))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <summary>The request by which a stream is opened.</summary>
    public static byte[] StreamRequest(IPeerHost host, MemberId peer, PeerUrl url, Streams.StreamKind kind)
    {
        var request = new StringBuilder(512);
        var path = kind == Streams.StreamKind.MsgApp ? "msgapp" : "message";
        request.Append(CultureInfo.InvariantCulture, $"GET /raft/stream/{path}/{host.Id} HTTP/1.1\r\n");
        request.Append(CultureInfo.InvariantCulture, $"Host: {url.Authority}\r\nUser-Agent: {UserAgent}\r\n");
        request.Append(CultureInfo.InvariantCulture, $"{RaftTo}: {peer}\r\n");
        foreach (var (name, value) in Of(host))
        {
            request.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        return Encoding.Latin1.GetBytes(request.Append("\r\n").ToString());
    }
}
