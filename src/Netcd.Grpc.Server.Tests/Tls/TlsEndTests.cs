using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Netcd.Grpc.Server.Tests.Support;
using Netcd.Grpc.Server.Tls;

namespace Netcd.Grpc.Server.Tests.Tls;

/// <summary>A connection's end is said (close_notify), as Go says it, so that it is no break.</summary>
public sealed class TlsEndTests : IDisposable
{
    private const byte Alert = 21;

    private readonly TestPki _pki = new();

    public void Dispose() => _pki.Dispose();

    [Theory, Feeds]
    public async Task The_last_record_of_an_answer_over_http1_is_an_alert(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed, tls: Tls());
        var record = await TalkAsync(server, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray());
        Assert.Equal(Alert, record);
    }

    [Theory, Feeds]
    public async Task The_last_record_of_a_refused_http2_connection_is_an_alert(Feed feed)
    {
        await using var server = await TestServer.StartAsync(feed, tls: Tls());

        // A frame of settings that is no multiple of six bytes long.
        var record = await TalkAsync(
            server, [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 5, 4, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5]);
        Assert.Equal(Alert, record);
    }

    [Theory, Feeds]
    public async Task The_last_record_of_a_server_that_stops_is_an_alert(Feed feed)
    {
        var server = await TestServer.StartAsync(feed, tls: Tls());
        await using var recording = await ConnectAsync(server);
        await using var stream = await HandshakeAsync(recording);
        await stream.WriteAsync("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), TestTimeout.Token());
        var answer = new byte[4096];
        Assert.True(await stream.ReadAsync(answer, TestTimeout.Token()) > 0);
        await server.Host.StopAsync(TestTimeout.Token());
        while (await stream.ReadAsync(answer, TestTimeout.Token()) > 0)
        {
            // The rest of the answer.
        }

        Assert.Equal(Alert, recording.RecordTypes()[^1]);
        await server.DisposeAsync();
    }

    [Theory, Feeds]
    public async Task A_client_that_takes_nothing_does_not_hold_up_the_end(Feed feed)
    {
        // More than sockets hold.
        const int BodyBytes = 16 * 1024 * 1024;
        var server = await TestServer.StartAsync(feed, tls: Tls());
        await using var recording = await ConnectAsync(server);
        await using var stream = await HandshakeAsync(recording);
        await stream.WriteAsync(
            System.Text.Encoding.ASCII.GetBytes($"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: {BodyBytes}\r\n\r\n"),
            TestTimeout.Token());
        await stream.WriteAsync(new byte[BodyBytes], TestTimeout.Token());
        var first = new byte[1];
        Assert.Equal(1, await stream.ReadAsync(first, TestTimeout.Token()));
        var stop = server.DisposeAsync().AsTask();
        await Task.WhenAny(stop).WaitAsync(TestTimeout.Token());
    }

    private TlsServerOptions Tls() => new() { CertFile = _pki.CertFile, KeyFile = _pki.KeyFile };

    private static async Task<byte> TalkAsync(TestServer server, byte[] request)
    {
        await using var recording = await ConnectAsync(server);
        await using var stream = await HandshakeAsync(recording);
        await stream.WriteAsync(request, TestTimeout.Token());
        var answer = new byte[4096];
        while (await stream.ReadAsync(answer, TestTimeout.Token()) > 0)
        {
            // To its end, which is no error.
        }

        return recording.RecordTypes()[^1];
    }

    private static async Task<RecordingStream> ConnectAsync(TestServer server)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", server.Port, TestTimeout.Token());
        return new RecordingStream(socket.GetStream());
    }

    private static async Task<SslStream> HandshakeAsync(RecordingStream recording)
    {
        var stream = new SslStream(recording);
        var options = TlsClient.Options(null);

        // The kind of a record is encrypted in 1.3.
        options.EnabledSslProtocols = SslProtocols.Tls12;
        await stream.AuthenticateAsClientAsync(options, TestTimeout.Token());
        return stream;
    }
}
