using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Netcd.Grpc.Server.Tests.Support;

namespace Netcd.Grpc.Server.Tests;

public sealed class GrpcHostTests
{
    [Theory, Feeds]
    public async Task Listeners_of_one_host_serve_what_each_is_for(Feed feed)
    {
        using var methods = new TestMethods();
        await using var host = new GrpcHost(new GrpcHostOptions
        {
            Listeners =
            [
                new ListenerOptions { EndPoint = Loopback(), ServesWeb = false },
                new ListenerOptions { EndPoint = Loopback(), ServesGrpc = false },
                new ListenerOptions
                {
                    EndPoint = Loopback(),
                    ServesGrpc = false,
                    Web = context => context.Response.WriteAsync("metrics"),
                },
            ],
            Methods = methods.Table,
            Web = context => context.Response.WriteAsync("web"),
            UseKestrelHttp2 = feed == Feed.Kestrel,
        });
        await host.StartAsync();
        var addresses = host.EndPoints.Select(end => new Uri($"http://{end}")).ToArray();
        Assert.Equal(3, addresses.Select(address => address.Port).Where(port => port > 0).Distinct().Count());

        Assert.Equal("200 0 ", (await EchoAsync(addresses[0])).StatusLine);
        Assert.Equal("415 3 invalid gRPC request content-type \"text/plain\"", (await EchoAsync(addresses[0], "text/plain")).StatusLine);
        foreach (var version in Conformance.WebTests.Versions)
        {
            using var client = new HttpClient
            {
                DefaultRequestVersion = version,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            Assert.Equal("web", await client.GetStringAsync(new Uri(addresses[1], "/x")));
            Assert.Equal("metrics", await client.GetStringAsync(new Uri(addresses[2], "/x")));
        }

        // A gRPC call to a port without gRPC is a web request like any other.
        using var caller = new GrpcCaller(addresses[1]);
        using var response = await caller.StartAsync(
            "/test.Service/Echo", new ByteArrayContent(GrpcCaller.Frame([])), TestTimeout.Token());
        Assert.Equal("web", await response.Content.ReadAsStringAsync());
    }

    [Theory, Feeds]
    public async Task Unix_socket_is_served(Feed feed)
    {
        var path = Path.Combine(Path.GetTempPath(), $"netcd-{Guid.NewGuid():N}.sock");
        using var methods = new TestMethods();
        await using var host = new GrpcHost(new GrpcHostOptions
        {
            Listeners = [new ListenerOptions { EndPoint = new UnixDomainSocketEndPoint(path) }],
            Methods = methods.Table,
            Web = context => context.Response.WriteAsync("web"),
            UseKestrelHttp2 = feed == Feed.Kestrel,
        });
        await host.StartAsync();
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler);

        Assert.Equal("web", await client.GetStringAsync(new Uri("http://localhost/")));
    }

    [Fact]
    public async Task Address_in_use_is_an_error_of_the_start()
    {
        await using var server = await TestServer.StartAsync(Feed.Codec);
        await using var second = new GrpcHost(new GrpcHostOptions
        {
            Listeners = [new ListenerOptions { EndPoint = server.Host.EndPoints[0] }],
        });

        await Assert.ThrowsAsync<IOException>(() => second.StartAsync());
    }

    [Fact]
    public async Task Broken_invariant_of_a_handler_is_told_to_the_host()
    {
        Exception? told = null;
        await using var host = new GrpcHost(new GrpcHostOptions
        {
            Listeners = [new ListenerOptions { EndPoint = Loopback() }],
            Methods = new MethodTable([new Method("test.Service", "Echo", new UnaryHandler(Break))]),
            Fatal = error => told = error,
        });
        await host.StartAsync();

        var answer = await EchoAsync(new Uri($"http://{host.EndPoints[0]}"));

        Assert.Equal("200 2 internal error", answer.StatusLine);
        Assert.IsType<Netcd.Base.InvariantException>(told);
    }

    [Theory, Feeds]
    public async Task Broken_invariant_of_an_endpoint_is_told_to_the_host(Feed feed)
    {
        Exception? told = null;
        await using var host = new GrpcHost(new GrpcHostOptions
        {
            Listeners = [new ListenerOptions { EndPoint = Loopback() }],
            Methods = new MethodTable([]),
            Web = context =>
            {
                Netcd.Base.Invariant.Check(context.Request.Path != "/broken");
                throw new InvalidOperationException("no invariant");
            },
            Fatal = error => told = error,
            UseKestrelHttp2 = feed == Feed.Kestrel,
        });
        await host.StartAsync();
        using var client = new HttpClient();
        foreach (var version in new[] { System.Net.HttpVersion.Version11, System.Net.HttpVersion.Version20 })
        {
            foreach (var path in new[] { "other", "broken" })
            {
                told = null;
                using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host.EndPoints[0]}/{path}")
                {
                    Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                };
                using var answer = await client.SendAsync(request, TestTimeout.Token());
                Assert.Equal(System.Net.HttpStatusCode.InternalServerError, answer.StatusCode);
                Assert.Equal(path == "broken", told is Netcd.Base.InvariantException);
            }
        }
    }

    [Fact]
    public async Task Handler_that_fails_after_it_began_its_answer_sends_nothing_of_it()
    {
        await using var host = new GrpcHost(new GrpcHostOptions
        {
            Listeners = [new ListenerOptions { EndPoint = Loopback() }],
            Methods = new MethodTable([new Method("test.Service", "Echo", new UnaryHandler(FailLate))]),
        });
        await host.StartAsync();
        using var caller = new GrpcCaller(new Uri($"http://{host.EndPoints[0]}"));

        foreach (var length in new[] { 10, 50_000 })
        {
            var answer = await caller.CallAsync("Echo", BitConverterText(length));
            Assert.Equal("200 2 internal error", answer.StatusLine);
            Assert.Empty(answer.Messages);
        }
    }

    private static string BitConverterText(int length) => length.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static CallStep Break(in CallHead head, ReadOnlySpan<byte> message, ReplyWriter reply, CallTicket ticket)
    {
        Netcd.Base.Invariant.Fail("on purpose");
        return CallStep.Done;
    }

    private static CallStep FailLate(in CallHead head, ReadOnlySpan<byte> message, ReplyWriter reply, CallTicket ticket)
    {
        reply.Message(int.Parse(message, System.Globalization.CultureInfo.InvariantCulture)).Fill((byte)'x');
        throw new InvalidOperationException("half way");
    }

    private static IPEndPoint Loopback() => new(IPAddress.Loopback, 0);

    private static async Task<GrpcAnswer> EchoAsync(Uri address, string contentType = "application/grpc")
    {
        using var caller = new GrpcCaller(address);
        return await caller.CallAsync("Echo", "x", ("content-type", contentType));
    }
}
