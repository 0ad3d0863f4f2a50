using System.Net;
using Microsoft.AspNetCore.Http;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>A host on a free loopback port with <see cref="TestMethods"/>, stopped at the end of its test.</summary>
public sealed class TestServer : IAsyncDisposable
{
    private TestServer(GrpcHost host, TestMethods methods, TestLog log)
    {
        Host = host;
        Methods = methods;
        Log = log;
    }

    public GrpcHost Host { get; }

    public TestMethods Methods { get; }

    public TestLog Log { get; }

    public int Port => ((IPEndPoint)Host.EndPoints[0]).Port;

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public Uri SecureAddress => new($"https://localhost:{Port}");

    public static async Task<TestServer> StartAsync(
        Feed feed,
        GrpcLimits? limits = null,
        TlsServerOptions? tls = null,
        bool allowsPlaintext = false,
        bool servesWeb = true)
    {
        var methods = new TestMethods();
        var log = new TestLog();
        var host = new GrpcHost(new GrpcHostOptions
        {
            Listeners =
            [
                new ListenerOptions
                {
                    EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
                    Tls = tls is null ? null : new TlsServer(tls, TimeProvider.System, log),
                    AllowsPlaintext = allowsPlaintext,
                    ServesWeb = servesWeb,
                },
            ],
            Methods = methods.Table,
            Web = WebAsync,
            Limits = limits ?? new GrpcLimits(),
            Logger = log,
            UseKestrelHttp2 = feed == Feed.Kestrel,
        });
        await host.StartAsync();
        return new TestServer(host, methods, log);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Methods.Dispose();
    }

    private static async Task WebAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/health":
                context.Response.ContentType = "text/plain; charset=utf-8";
                await context.Response.WriteAsync("""{"health":"true","reason":""}""");
                break;
            case "/echo":
                // All of it first: .NET's client does not read while it sends.
                using (var body = new MemoryStream())
                {
                    await context.Request.Body.CopyToAsync(body);
                    await context.Response.Body.WriteAsync(body.ToArray());
                }

                break;
            case "/query":
                context.Response.Headers["x-query"] = context.Request.QueryString.Value;
                await context.Response.WriteAsync(
                    $"{context.Request.Method} {context.Request.Scheme} {context.Request.Headers["x-test"]}");
                break;
            case "/large":
                var chunk = new byte[100_000];
                for (var i = 0; i < 50; i++)
                {
                    await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                }

                break;
            case "/throw":
                throw new InvalidOperationException("handler");
            default:
                context.Response.StatusCode = 404;
                await context.Response.WriteAsync("404 page not found\n");
                break;
        }
    }
}
