using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>Makes calls with .NET's HTTP/2 client and shows everything of the answer.</summary>
public sealed class GrpcCaller : IDisposable
{
    private readonly HttpMessageInvoker _invoker;
    private readonly Uri _address;

    public GrpcCaller(Uri address, SslClientAuthenticationOptions? tls = null, int windowBytes = 0)
    {
        _address = address;
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (tls is not null)
        {
            handler.SslOptions = tls;
        }

        if (windowBytes > 0)
        {
            handler.InitialHttp2StreamWindowSize = windowBytes;
        }

        _invoker = new HttpMessageInvoker(handler);
    }

    public static byte[] Frame(ReadOnlySpan<byte> message, byte flag = 0)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    public Task<GrpcAnswer> CallAsync(string method, string message, params (string Name, string Value)[] headers) =>
        CallAsync(method, Frame(Encoding.UTF8.GetBytes(message)), headers);

    public Task<GrpcAnswer> CallAsync(string method, byte[] body, params (string Name, string Value)[] headers) =>
        SendAsync($"/{TestMethods.Service}/{method}", new ByteArrayContent(body), headers);

    public async Task<GrpcAnswer> SendAsync(
        string path, HttpContent content, params (string Name, string Value)[] headers)
    {
        using var response = await StartAsync(path, content, TestTimeout.Token(), headers);
        var body = await response.Content.ReadAsByteArrayAsync(TestTimeout.Token());
        return Answer(response, body);
    }

    public Task<HttpResponseMessage> StartAsync(
        string path, HttpContent content, CancellationToken cancellation, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.ParseAdd("trailers");
        foreach (var (name, value) in headers)
        {
            if (name == "content-type")
            {
                content.Headers.Remove(name);
                content.Headers.TryAddWithoutValidation(name, value);
            }
            else if (name == ":method")
            {
                request.Method = new HttpMethod(value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return _invoker.SendAsync(request, cancellation);
    }

    public void Dispose() => _invoker.Dispose();

    public static GrpcAnswer Answer(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        var messages = new List<byte[]>();
        while (!body.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body[1..]);
            messages.Add(body.Slice(5, length).ToArray());
            body = body[(5 + length)..];
        }

        var isTrailersOnly = response.Headers.Contains("grpc-status");
        var trailers = isTrailersOnly ? response.Headers : (HttpHeaders)response.TrailingHeaders;
        return new GrpcAnswer(
            (int)response.StatusCode,
            response.Content.Headers.TryGetValues("content-type", out var type) ? type.First() : "",
            First(trailers, "grpc-status"),
            First(trailers, "grpc-message"),
            isTrailersOnly,
            messages);
    }

    private static string First(HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.First() : "";
}
