using System.IO.Pipelines;
using Netcd.Base.Metrics;
using Netcd.Raft.Messages;

namespace Netcd.Peer.Streams;

/// <summary>
/// The sending end of one stream: the body of the answer to a peer's request. Whoever brings messages also sends them,
/// if nobody else is sending at that moment; so a small batch costs one write and no other thread. What a slow peer
/// does not take waits within bounds. Thread safe.
/// </summary>
internal sealed class OutgoingStream
{
    // Guards all below but what the sender owns.
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly PipeWriter _output;
    private readonly Action _abort;
    private readonly Counter _sentBytes;
    private readonly TimeSpan _writeTimeout;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<Message> _queue = [];

    // Of what waits and of what is being sent, which is held as long; the latter apart.
    private long _heldBytes;
    private long _sendingBytes;
    private bool _isHeartbeatDue;
    private bool _isSending;
    private bool _isClosed;

    // Owned by the sender, of which there is one at a time.
    private readonly CountingBuffer _buffer;
    private readonly StreamEncoder _encoder;
    private List<Message> _batch = [];

    // Since when the peer takes nothing; 0 while it does. Written by the sender, read by the clock.
    private long _stalledSince;

    /// <param name="kind">Which stream it is.</param>
    /// <param name="output">The body.</param>
    /// <param name="abort">Ends the connection, so that a flush that hangs comes back. Any thread.</param>
    /// <param name="sentBytes">Counts what is sent.</param>
    /// <param name="time">For stalls.</param>
    /// <param name="writeTimeout">How long the peer may take nothing.</param>
    public OutgoingStream(
        StreamKind kind, PipeWriter output, Action abort, Counter sentBytes, TimeProvider time,
        TimeSpan writeTimeout)
    {
        _writeTimeout = writeTimeout;
        Kind = kind;
        _output = output;
        _abort = abort;
        _buffer = new CountingBuffer(output);
        _sentBytes = sentBytes;
        _time = time;
        _encoder = StreamEncoder.For(kind);
    }

    public StreamKind Kind { get; }

    /// <summary>Completes when it is closed or broken and nobody touches the output any more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>
    /// Takes a message, to be sent by the next <see cref="Flush"/>; false when it is dropped, since too much waits or
    /// the stream has ended.
    /// </summary>
    public bool TryAdd(Message message)
    {
        var bytes = WeightOf(message);
        lock (_gate)
        {
            if (_isClosed || _queue.Count >= Limits.StreamMessagesMax
                || (_heldBytes > 0 && _heldBytes + bytes > Limits.StreamBytesMax))
            {
                return false;
            }

            _queue.Add(message);
            _heldBytes += bytes;
            return true;
        }
    }

    /// <summary>Sends what was taken, unless another call does already. Does not wait for the peer.</summary>
    public void Flush()
    {
        bool isLarge;
        lock (_gate)
        {
            if (_isSending || _isClosed || (_queue.Count == 0 && !_isHeartbeatDue))
            {
                return;
            }

            _isSending = true;
            isLarge = _heldBytes > Limits.InlineBatchBytes;
        }

        if (isLarge)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static stream => _ = stream.SendAsync(), this, preferLocal: false);
        }
        else
        {
            _ = SendAsync();
        }
    }

    /// <summary>Sends a link heartbeat; ends the stream if its peer has taken nothing for too long.</summary>
    public void Beat()
    {
        var stalledSince = Volatile.Read(ref _stalledSince);
        if (stalledSince != 0 && _time.GetElapsedTime(stalledSince) > _writeTimeout)
        {
            Close();
            return;
        }

        lock (_gate)
        {
            _isHeartbeatDue = true;
        }

        Flush();
    }

    /// <summary>Ends the stream; what waits is dropped.</summary>
    public void Close()
    {
        bool isSending;
        lock (_gate)
        {
            _isClosed = true;
            _queue.Clear();
            isSending = _isSending;
        }

        if (!isSending)
        {
            _ended.TrySetResult();
        }
        else if (Volatile.Read(ref _stalledSince) != 0)
        {
            _abort();
        }
    }

    // Roughly what it occupies: the entries' data, which the log may have let go of by now.
    private static long WeightOf(Message message)
    {
        long bytes = 128 + message.Context.Length;
        foreach (ref readonly var entry in message.Entries.Span)
        {
            bytes += 48 + entry.Data.Length;
        }

        return bytes;
    }

    private async Task SendAsync()
    {
        try
        {
            while (TryTake(out var heartbeat))
            {
                await SendBatchAsync(heartbeat);
            }
        }
        catch (Exception)
        {
            // The connection under the writer was torn down; how it says so depends on its layers.
            lock (_gate)
            {
                _isSending = false;
            }

            Close();
        }
    }

    private async ValueTask SendBatchAsync(bool heartbeat)
    {
        foreach (var message in _batch)
        {
            _encoder.Write(_buffer, message);
            if (_buffer.Unflushed >= Limits.StreamFlushBytes)
            {
                await FlushOutputAsync();
            }
        }

        _batch.Clear();
        if (heartbeat)
        {
            _encoder.WriteLinkHeartbeat(_buffer);
        }

        await FlushOutputAsync();
    }

    private bool TryTake(out bool heartbeat)
    {
        lock (_gate)
        {
            heartbeat = _isHeartbeatDue;
            _isHeartbeatDue = false;
            _heldBytes -= _sendingBytes;
            _sendingBytes = _heldBytes;
            if (!_isClosed && (_queue.Count > 0 || heartbeat))
            {
                (_queue, _batch) = (_batch, _queue);
                return true;
            }

            _isSending = false;
            if (!_isClosed)
            {
                return false;
            }
        }

        _ended.TrySetResult();
        return false;
    }

    // Fails when the connection has ended.
    private ValueTask FlushOutputAsync()
    {
        _sentBytes.Add(_buffer.Unflushed);
        _buffer.Unflushed = 0;
        var flush = _output.FlushAsync();
        if (!flush.IsCompletedSuccessfully)
        {
            return WaitAsync(flush);
        }

        Check(flush.Result);
        return default;
    }

    private async ValueTask WaitAsync(ValueTask<FlushResult> flush)
    {
        Volatile.Write(ref _stalledSince, _time.GetTimestamp() | 1);
        Interlocked.MemoryBarrier();

        // Closed meanwhile: then nobody else ends a flush that hangs.
        if (Volatile.Read(ref _isClosed))
        {
            _abort();
        }

        var result = await flush;
        Volatile.Write(ref _stalledSince, 0);
        Check(result);
    }

    private static void Check(in FlushResult result)
    {
        if (result.IsCompleted || result.IsCanceled)
        {
            throw new IOException("the connection has ended");
        }
    }
}
