using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Netcd.Grpc.Server.Timers;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Codec;

/// <summary>
/// Moves bytes between a connection's pipes and the codec. Whatever happens (bytes came, a flush ended, another thread
/// has answers) raises a bit; whoever raises the first one becomes the owner and takes turns until no bit is left, all
/// others go on at once. So the codec has one owner at a time, no thread waits for another, and the answers of a batch
/// leave in one write.
/// </summary>
internal sealed class ConnectionDriver : ICallOwner, IDeadlineOwner, IThreadPoolWorkItem
{
    private const int Owned = 1;
    private const int InputReady = 2;
    private const int InboxReady = 4;
    private const int FlushDone = 8;
    private const int DrainAsked = 16;
    private const int Continued = 32;

    // So many turns, or flushes of a long answer, before the owner makes room on its thread for other connections.
    private const int TurnsMax = 16;
    private const int FlushesMax = 8;

    // How long the last bytes of a connection that is over may take to leave.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);

    private readonly CodecServer _server;
    private readonly Http2Connection _http2;
    private readonly CallDispatcher _calls;
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly Inbox _inbox = new();
    private readonly Deadline _clock;
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _drainToken;
    private readonly Action _onInput;
    private readonly Action _onFlushed;
    private CancellationTokenRegistration _drainRegistration;

    // The bits above. Any thread, interlocked; everything below belongs to the owner.
    private int _state;
    private ValueTaskAwaiter<ReadResult> _read;
    private ValueTaskAwaiter<FlushResult> _flush;
    private bool _isReading;
    private bool _isFlushing;
    private bool _isInputLeft;
    private bool _isFinished;
    private bool _handsOver;
    private bool _lingers;
    private int _deferred;
    private long _flushBegan;

    public ConnectionDriver(CodecServer server, ConnectionContext connection)
    {
        _server = server;
        _input = connection.Transport.Input;
        _output = connection.Transport.Output;
        _calls = new CallDispatcher(server, this, connection);
        _http2 = new Http2Connection(server.Settings, _calls, _output);
        _calls.Attach(_http2);
        _clock = new Deadline(this);
        _onInput = () => Raise(InputReady, inline: true);
        _onFlushed = () => Raise(FlushDone, inline: true);
        _drainToken = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested
            ?? CancellationToken.None;
    }

    /// <summary>Ends when the connection is to be closed.</summary>
    public Task RunAsync()
    {
        _drainRegistration = _drainToken.UnsafeRegister(
            static driver => ((ConnectionDriver)driver!).Raise(DrainAsked, inline: false), // Not null: given here.
            this);
        Post(new InboxItem(InboxKind.Deadline, 0, 0, default));
        Raise(InboxReady | Continued, inline: true);
        return _finished.Task;
    }

    public void Complete(int streamId, int generation, in Reply reply) =>
        Post(new InboxItem(InboxKind.Reply, streamId, generation, reply));

    public void Flush() => Raise(InboxReady, inline: false);

    public void OnDeadline(int streamId, int generation)
    {
        Post(new InboxItem(InboxKind.Deadline, streamId, generation, default));
        Flush();
    }

    /// <summary>Leaves something for the owner; it looks at the next <see cref="Flush"/>. Any thread.</summary>
    public void Post(in InboxItem item)
    {
        if (!_inbox.TryAdd(item))
        {
            item.Reply.Release();
        }
    }

    void IThreadPoolWorkItem.Execute() => TakeTurns();

    private void Raise(int bits, bool inline)
    {
        if ((Interlocked.Or(ref _state, bits | Owned) & Owned) != 0)
        {
            return;
        }

        if (inline)
        {
            TakeTurns();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    // Called by the owner; gives the ownership up, on to the thread pool, or keeps it for ever when all is over.
    private void TakeTurns()
    {
        for (var turns = 0; !_isFinished; turns++)
        {
            if (turns == TurnsMax || _handsOver)
            {
                _handsOver = false;
                Interlocked.Or(ref _state, Continued);
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }

            var bits = Interlocked.And(ref _state, Owned) & ~Owned;
            if (bits == 0)
            {
                if (Interlocked.CompareExchange(ref _state, 0, Owned) == Owned)
                {
                    return;
                }

                continue;
            }

            try
            {
                Turn(bits);
            }
            catch (Exception error)
            {
                _server.Fault.ReportConnection(error);
                _http2.Abandon();
                Finish();
            }
        }
    }

    private void Turn(int bits)
    {
        var now = _server.Time.GetTimestamp();
        if ((bits & FlushDone) != 0)
        {
            EndFlush();
        }

        if (_isFlushing)
        {
            // Nothing may be written while the output is taken away: what came has to wait, and so has the client.
            _deferred |= bits;
            CheckStuck(now);
            return;
        }

        bits |= _deferred;
        _deferred = 0;
        if ((bits & InboxReady) != 0)
        {
            TakeInbox(now);
        }

        if ((bits & DrainAsked) != 0)
        {
            _http2.BeginDrain(now);
        }

        // Before the bodies of long answers, which would fill the output again each time.
        if ((bits & InputReady) != 0)
        {
            TakeInput(now);
        }
        else
        {
            _http2.Pump(now);
        }

        _calls.AfterPump();
        FlushOutput(now);
        if (_http2.IsClosed)
        {
            CloseAfterFlush(now);
        }
        else if (!_isReading && !(_isInputLeft && _isFlushing))
        {
            BeginRead();
        }
    }

    private void TakeInbox(long now)
    {
        if (_inbox.Take() is not { } items)
        {
            return;
        }

        foreach (var item in items)
        {
            if (item.StreamId != 0)
            {
                _calls.Apply(item);
                continue;
            }

            // The connection's clock.
            var next = _http2.Tick(now);
            if (next != long.MaxValue && !_lingers)
            {
                _server.Deadlines.Cancel(_clock);
                _server.Deadlines.Schedule(_clock, 0, 0, next);
            }
        }
    }

    private void BeginRead()
    {
#pragma warning disable CA2012 // Awaited by hand, once: its result is taken in TakeInput.
        _read = _input.ReadAsync().GetAwaiter();
#pragma warning restore CA2012
        _isReading = true;
        if (_read.IsCompleted)
        {
            Interlocked.Or(ref _state, InputReady);
        }
        else
        {
            _read.UnsafeOnCompleted(_onInput);
        }
    }

    private void TakeInput(long now)
    {
        _isReading = false;
        ReadResult result;
        try
        {
            result = _read.GetResult();
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            _http2.Abandon();
            return;
        }

        var buffer = result.Buffer;
        var taken = buffer.GetPosition(_http2.Process(buffer, now));
        _isInputLeft = _http2.IsInputPaused;
        _input.AdvanceTo(taken, _isInputLeft ? taken : buffer.End);
        if (result.IsCompleted && !_isInputLeft && !_http2.IsClosed)
        {
            _http2.Abandon();
        }
    }

    private void FlushOutput(long now)
    {
        for (var flushes = 0; _http2.UnflushedBytes > 0; flushes++)
        {
            if (flushes == FlushesMax)
            {
                _handsOver = true;
                return;
            }

#pragma warning disable CA2012 // Awaited by hand, once: its result is taken in EndFlush.
            _flush = _output.FlushAsync().GetAwaiter();
#pragma warning restore CA2012
            if (!_flush.IsCompleted)
            {
                _isFlushing = true;
                _flushBegan = now;
                _flush.UnsafeOnCompleted(_onFlushed);
                return;
            }

            EndFlush();
            if (Volatile.Read(ref _state) != Owned)
            {
                // Something came meanwhile: it goes before the rest of long answers.
                Interlocked.Or(ref _state, Continued);
                return;
            }

            _http2.Pump(now);
            _calls.AfterPump();
        }
    }

    private void EndFlush()
    {
        _isFlushing = false;
        try
        {
            if (_flush.GetResult().IsCompleted)
            {
                _http2.Abandon();
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            _http2.Abandon();
        }

        _http2.MarkFlushed();
    }

    private void CloseAfterFlush(long now)
    {
        if (!_isFlushing)
        {
            Finish();
        }
        else if (!_lingers)
        {
            _lingers = true;
            _server.Deadlines.Cancel(_clock);
            _server.Deadlines.Schedule(_clock, 0, 0, now + Ticks(Linger));
        }
    }

    // A client that takes nothing for longer than a keepalive would let it, or after the end, is gone.
    private void CheckStuck(long now)
    {
        var limits = _server.Limits;
        var allowed = _http2.IsClosed ? Linger
            : limits.KeepAliveInterval > TimeSpan.Zero ? limits.KeepAliveInterval + limits.KeepAliveTimeout
            : TimeSpan.MaxValue;
        if (allowed < TimeSpan.MaxValue && now - _flushBegan >= Ticks(allowed))
        {
            _http2.Abandon();
            Finish();
        }
        else if (allowed < TimeSpan.MaxValue && _clock.Wheel is null)
        {
            // The clock rang while the output was stuck: ring again when that has lasted too long.
            _server.Deadlines.Schedule(_clock, 0, 0, _flushBegan + Ticks(allowed));
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _server.Time.TimestampFrequency);

    private void Finish()
    {
        if (_isFinished)
        {
            return;
        }

        _isFinished = true;
        _server.Deadlines.Cancel(_clock);
        _drainRegistration.Unregister();
        _inbox.Close();
        while (_inbox.Take() is { } late)
        {
            foreach (var item in late)
            {
                item.Reply.Release();
            }
        }

        _finished.TrySetResult();
    }
}
