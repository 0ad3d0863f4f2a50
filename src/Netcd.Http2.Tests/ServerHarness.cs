using System.Buffers;
using Netcd.Http2.Frames;

namespace Netcd.Http2.Tests;

/// <summary>
/// A server connection with a recording handler, its input buffered as a driver does, its output parsed.
/// </summary>
internal sealed class ServerHarness
{
    public const long Second = 1_000_000_000;

    private readonly ArrayBufferWriter<byte> _output = new();
    private byte[] _rest = [];

    public ServerHarness(Http2Settings? settings = null, bool greeted = true)
    {
        Settings = settings ?? new Http2Settings { TimestampFrequency = Second };
        Handler = new RecordingHandler();
        Connection = new Http2Connection(Settings, Handler, _output);
        if (greeted)
        {
            Send(Wire.Hello);
            Take();
        }
    }

    public Http2Settings Settings { get; }

    public RecordingHandler Handler { get; }

    public Http2Connection Connection { get; }

    public long Now { get; set; }

    /// <summary>Whether the output is flushed after each turn, as a fast socket would.</summary>
    public bool Flushes { get; set; } = true;

    /// <summary>Everything written since the last <see cref="Take()"/>.</summary>
    public ReadOnlySpan<byte> Output => _output.WrittenSpan;

    public void Send(params byte[][] frames)
    {
        _rest = [.. _rest, .. Wire.Join(frames)];
        while (true)
        {
            var taken = Connection.Process(_rest, Now);
            _rest = _rest[taken..];
            Flush();
            if (!Connection.IsInputPaused || !Flushes)
            {
                return;
            }
        }
    }

    public void Pump()
    {
        Connection.Pump(Now);
        Flush();
    }

    /// <summary>Frames written since the last call.</summary>
    public List<SentFrame> Take()
    {
        var frames = SentFrame.Parse(_output.WrittenSpan);
        _output.ResetWrittenCount();
        return frames;
    }

    public List<SentFrame> Take(FrameType type) => [.. Take().Where(frame => frame.Type == type)];

    public void Flush()
    {
        while (Flushes && Connection.UnflushedBytes > 0)
        {
            Connection.MarkFlushed();
            Connection.Pump(Now);
        }
    }

    public void AssertConnectionError(Http2ErrorCode code)
    {
        Assert.True(Connection.IsClosed);
        Assert.Equal(code, Connection.CloseCode);
        var last = Take()[^1];
        Assert.Equal(FrameType.GoAway, last.Type);
        Assert.Equal(code, last.Code);
        Assert.Empty(Handler.Open);
    }

    public void AssertStreamError(int streamId, Http2ErrorCode code)
    {
        Assert.False(Connection.IsClosed, Connection.CloseReason);
        var reset = Assert.Single(Take(FrameType.RstStream));
        Assert.Equal(streamId, reset.StreamId);
        Assert.Equal(code, reset.Code);
        Assert.DoesNotContain(streamId, Handler.Open.Keys);
        AssertAlive();
    }

    /// <summary>The connection still answers.</summary>
    public void AssertAlive()
    {
        Assert.False(Connection.IsClosed, Connection.CloseReason);
        Send(Wire.Ping());
        Assert.Contains(Take(), frame => frame.Type == FrameType.Ping && frame.Header.Has(FrameFlags.Ack));
    }
}
