using Microsoft.AspNetCore.Http;

namespace Netcd.Grpc.Server.Web;

/// <summary>
/// The header <c>Expect</c>, of which HTTP knows one value only. A request with another one is refused before anybody
/// sees it, as by Go's net/http (server.go, serve; request.go, hasToken).
/// </summary>
internal static class Expectation
{
    private const string Known = "100-continue";

    public static bool IsUnknown(HttpRequest request)
    {
        if (!Microsoft.AspNetCore.Http.HttpProtocol.IsHttp11(request.Protocol)
            && !Microsoft.AspNetCore.Http.HttpProtocol.IsHttp10(request.Protocol))
        {
            return false;
        }

        // Go looks at the first of several lines.
        var expected = request.Headers.Expect.Count == 0 ? null : request.Headers.Expect[0];
        return !string.IsNullOrEmpty(expected) && !HasKnown(expected);
    }

    public static void Refuse(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status417ExpectationFailed;
        response.Headers.Connection = "close";
        response.ContentLength = 0;
    }

    private static bool HasKnown(string expected)
    {
        for (var at = 0;
            (at = expected.IndexOf(Known, at, StringComparison.OrdinalIgnoreCase)) >= 0;
            at += Known.Length)
        {
            var end = at + Known.Length;
            if ((at == 0 || IsBoundary(expected[at - 1])) && (end == expected.Length || IsBoundary(expected[end])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsBoundary(char character) => character is ' ' or ',' or '\t';
}
