using Netcd.Http2.Frames;
using static Netcd.Http2.Tests.Wire;

namespace Netcd.Http2.Tests;

public class KeepaliveTests
{
    private static readonly Http2Settings Settings = new()
    {
        TimestampFrequency = ServerHarness.Second,
        KeepaliveMinTime = TimeSpan.FromSeconds(5),
        KeepaliveInterval = TimeSpan.FromSeconds(100),
        KeepaliveTimeout = TimeSpan.FromSeconds(20),
    };

    [Fact]
    public void Third_strike_of_pings_too_soon_ends_the_connection_with_grpc_gos_text()
    {
        var server = new ServerHarness(Settings);
        server.Send(Headers(1, EndHeaders));
        server.Send(Ping(), Ping(), Ping());
        Assert.False(server.Connection.IsClosed);
        server.Send(Ping());
        var last = server.Take()[^1];
        Assert.Equal((FrameType.GoAway, Http2ErrorCode.EnhanceYourCalm), (last.Type, last.Code));
        Assert.Equal("too_many_pings", last.DebugText);
        Assert.Equal("closed 1 ConnectionLost EnhanceYourCalm", server.Handler.Calls[^1]);
    }

    [Fact]
    public void Pings_at_the_minimum_time_with_a_stream_open_are_fine()
    {
        var server = new ServerHarness(Settings);
        server.Send(Headers(1, EndHeaders));
        for (var i = 0; i < 100; i++)
        {
            server.Send(Ping());
            server.Now += 5 * ServerHarness.Second;
        }

        Assert.False(server.Connection.IsClosed);
    }

    [Fact]
    public void Pings_without_stream_are_strikes_unless_permitted()
    {
        var server = new ServerHarness(Settings);
        var permitting = new ServerHarness(Settings with { KeepalivePermitWithoutStream = true });
        for (var i = 0; i < 4; i++)
        {
            server.Send(Ping());
            permitting.Send(Ping());
            server.Now += 60 * ServerHarness.Second;
            permitting.Now = server.Now;
        }

        Assert.True(server.Connection.IsClosed);
        Assert.False(permitting.Connection.IsClosed);
    }

    [Fact]
    public void Data_sent_wipes_strikes_out()
    {
        var server = new ServerHarness(Settings);
        server.Handler.Answer = stream => ReplyTests.Reply(stream, "x");
        for (var i = 0; i < 100; i++)
        {
            server.Send(Ping(), Ping(), Headers(1 + (2 * i)), Ping());
        }

        Assert.False(server.Connection.IsClosed);
    }

    [Fact]
    public void Silent_client_is_pinged_and_then_given_up()
    {
        var server = new ServerHarness(Settings);
        Assert.Equal(100 * ServerHarness.Second, server.Connection.Tick(0));
        Assert.Empty(server.Take());
        server.Now = 100 * ServerHarness.Second;
        Assert.Equal(120 * ServerHarness.Second, server.Connection.Tick(server.Now));
        Assert.Equal(FrameType.Ping, Assert.Single(server.Take()).Type);
        server.Now += ServerHarness.Second;
        server.Send(Ping(Ack, "\0\0\0\0\0\0\0\0"));
        Assert.Equal(201 * ServerHarness.Second, server.Connection.Tick(server.Now));
        Assert.Equal(221 * ServerHarness.Second, server.Connection.Tick(201 * ServerHarness.Second));
        server.Take();
        Assert.Equal(long.MaxValue, server.Connection.Tick(221 * ServerHarness.Second));
        Assert.True(server.Connection.IsClosed);
        Assert.Equal("keepalive ping not answered", server.Connection.CloseReason);
    }

    [Fact]
    public void Client_without_preface_is_given_up()
    {
        var server = new ServerHarness(Settings, greeted: false);
        server.Send(Preface[..10]);
        Assert.Equal(100 * ServerHarness.Second, server.Connection.Tick(0));
        server.Connection.Tick(120 * ServerHarness.Second);
        server.Now = 120 * ServerHarness.Second;
        Assert.True(server.Connection.IsClosed);
        Assert.Equal(Http2ErrorCode.SettingsTimeout, server.Connection.CloseCode);
    }
}
