using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Netcd.Peer.Routes;

/// <summary>GET /raft/probing: that this member is there, and what its clock says.</summary>
internal static class ProbingRoute
{
    public static Task HandleAsync(HttpContext http, TimeProvider time)
    {
        const string Format = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";
        var now = time.GetUtcNow().UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);
        return Answers.WriteAsync(
            http, 200, "text/plain; charset=utf-8", Encoding.ASCII.GetBytes($"{{\"OK\":true,\"Now\":\"{now}\"}}\n"));
    }
}
