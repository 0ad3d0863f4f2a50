using Netcd.Base.Buffers;
using Netcd.Grpc.Server.Calls;
using Netcd.Grpc.Server.Timers;
using Netcd.Grpc.Wire;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Codec;

/// <summary>
/// One streaming call: what any thread writes goes through the queue, what the codec pulls comes from it.
/// </summary>
internal sealed class StreamCall : StreamOut, IHttp2Body
{
    private readonly StreamCalls _calls;
    private readonly ConnectionDriver _driver;
    private readonly int _streamId;
    private readonly int _generation;
    private readonly StreamQueue _queue;
    private MessageReader _reader;
    private Status? _end;

    // 1 from the notice of output until the owner looks. Any thread, interlocked.
    private int _isNoticed;

    public StreamCall(
        StreamCalls calls,
        ConnectionDriver driver,
        Http2Stream stream,
        Method method,
        RequestHead head,
        GrpcLimits limits)
    {
        _calls = calls;
        _driver = driver;
        _streamId = stream.Id;
        _generation = stream.Generation;
        Stream = stream;
        Method = method;
        Subtype = head.Subtype;
        _queue = new StreamQueue(limits.StreamQueueBytesMax);
        _reader = new MessageReader(limits.ReceiveBytesMax, head.Encoding, head.EncodingName);
    }

    public Http2Stream Stream { get; }

    public Method Method { get; }

    public string? Subtype { get; }

    /// <summary>The handler's object, null until it is made or if it could not be.</summary>
    public IStreamCall? Handler { get; set; }

    /// <summary>In the wheel while the call is open; null without a deadline.</summary>
    public Deadline? Deadline { get; set; }

    public bool HasRequest { get; set; }

    /// <summary>When the observed call began; 0 when it is not observed.</summary>
    public long StartedAt { get; set; }

    /// <summary>What the observer remembers of it.</summary>
    public object? Observed { get; set; }

    /// <summary>How it was ended from this side; null if it was not.</summary>
    public StatusCode? EndCode => _queue.End?.Code;

    public bool HasHeadersSent { get; set; }

    public bool IsExpired { get; set; }

    /// <summary>Nothing is sent or told any more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The handler hears nothing more but OnClosed.</summary>
    public bool IsEnding => _queue.End is not null;

    public ref MessageReader Reader => ref _reader;

    public HeaderBlock? Trailers => StatusBlocks.Trailers(_end ?? Status.OK);

    public override bool TryWrite(ReadOnlySpan<byte> head, SharedBytes? body)
    {
        if (!_queue.TryAdd(head, body))
        {
            return false;
        }

        Notice();
        return true;
    }

    public override void Finish(Status status)
    {
        if (_queue.TryEnd(status))
        {
            Notice();
        }
    }

    /// <summary>The owner begins to look at the queue: what is written after this gives a new notice.</summary>
    public void OnNoticed() => Interlocked.Exchange(ref _isNoticed, 0);

    /// <summary>The status to end with if nothing at all is to be sent before it.</summary>
    public Status? EndIfEmpty()
    {
        _queue.Read([], out _, out var end);
        return end;
    }

    public bool TakeWritable() => _queue.TakeWritable();

    public int Fill(Span<byte> destination, out BodyStep step)
    {
        var count = _queue.Read(destination, out var isEmpty, out _end);
        step = _end is not null ? BodyStep.End : isEmpty ? BodyStep.Waiting : BodyStep.More;
        _calls.OnRead(this);
        return count;
    }

    public void Release()
    {
        // The queue is closed with the call.
    }

    /// <summary>The call is over; buffers go back.</summary>
    public void Close()
    {
        IsClosed = true;
        _queue.Close();
        _reader.Dispose();
    }

    private void Notice()
    {
        if (Interlocked.Exchange(ref _isNoticed, 1) == 0)
        {
            _driver.Post(new InboxItem(InboxKind.Output, _streamId, _generation, default));
            _driver.Flush();
        }
    }
}
