using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Netcd.Conformance.Gateway;

/// <summary>Sends requests over sockets of its own: client libraries refuse half of what is sent here.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    public static async Task<HttpAnswer> SendAsync(int port, HttpRequestLine request, string token = "")
    {
        using var client = new TcpClient();
        using var limit = new CancellationTokenSource(Patience);
        await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        var stream = client.GetStream();
        await SendAsync(stream, port, request, token, limit.Token);
        using var received = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer, limit.Token) is > 0 and var read)
            {
                received.Write(buffer.AsSpan(0, read));
                if (request.Lines > 0 && HttpAnswer.TryParse(received.ToArray()) is { } soFar
                    && soFar.Body.Count(c => c == '\n') >= request.Lines)
                {
                    break;
                }
            }
        }
        catch (IOException)
        {
            // Closed by the server while we were sending: what it said counts.
        }

        var answer = HttpAnswer.TryParse(received.ToArray())
            ?? new HttpAnswer(0, new Dictionary<string, string>(StringComparer.Ordinal), received.ToArray());
        return request.Lines == 0 ? answer : answer with { Body = Head(answer.Body, request.Lines) };
    }

    private static async Task SendAsync(
        NetworkStream stream, int port, HttpRequestLine request, string token, CancellationToken cancellation)
    {
        var head = new StringBuilder($"{request.Method} {request.Path} HTTP/1.1\r\nConnection: close\r\n");
        if (!request.Headers.Any(header => header.Name == "Host"))
        {
            head.Append($"Host: 127.0.0.1:{port}\r\n");
        }

        foreach (var (name, value) in request.Headers)
        {
            head.Append($"{name}: {value.Replace("${token}", token, StringComparison.Ordinal)}\r\n");
        }

        if (request.Body.Length > 0 || request.Method is not ("GET" or "HEAD"))
        {
            head.Append($"Content-Length: {request.Body.Length}\r\n");
        }

        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), cancellation);
            await stream.WriteAsync(request.Body, cancellation);
        }
        catch (IOException)
        {
            // As above.
        }
    }

    private static byte[] Head(byte[] body, int lines)
    {
        var end = 0;
        for (var i = 0; i < lines && end < body.Length; i++)
        {
            var next = body.AsSpan(end).IndexOf((byte)'\n');
            end = next < 0 ? body.Length : end + next + 1;
        }

        return body[..end];
    }
}
