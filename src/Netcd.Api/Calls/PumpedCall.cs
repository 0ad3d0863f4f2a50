using Netcd.Api.Wire;
using Netcd.Base;
using Netcd.Base.Buffers;
using Netcd.Grpc;

namespace Netcd.Api.Calls;

/// <summary>
/// A server-streaming call whose messages are made on workers, one after the other, as the client takes them: the pump
/// goes on until the output is full and is started again when there is room.
/// </summary>
internal abstract class PumpedCall(StreamMethod method, StreamOut output, MessageShape shape, in CallHead head)
    : StreamCall(method, output, shape, head), IThreadPoolWorkItem
{
    private readonly Lock _lock = new();

    // Guarded by _lock: one worker pumps at a time, and a close leaves it to that worker to let go.
    private bool _isPumping;
    private bool _isWanted;
    private bool _isClosed;

    // The pump's own: the message that waits for room.
    private readonly byte[] _head = new byte[128];
    private int _headLength;
    private SharedBytes? _body;
    private bool _isDone;

    public sealed override void OnHalfClose()
    {
        // The one request was all that comes.
    }

    public sealed override void OnWritable() => Start();

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            Pump();
            lock (_lock)
            {
                if (_isClosed)
                {
                    break;
                }

                if (!_isWanted)
                {
                    _isPumping = false;
                    return;
                }

                _isWanted = false;
            }
        }

        LetGo();
    }

    /// <summary>Starts the pump, or makes it look again for room.</summary>
    protected void Start()
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            if (_isPumping)
            {
                _isWanted = true;
                return;
            }

            _isPumping = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>
    /// Makes the next message and gives it to <see cref="Offer"/>. False: the call was finished instead.
    /// </summary>
    protected abstract bool TryMakeNext();

    /// <summary>Lets go of what the pump holds; called once.</summary>
    protected abstract void Release();

    /// <summary>The next message: a head of at most 128 bytes (copied) and a body, which is taken over.</summary>
    protected void Offer(ReadOnlySpan<byte> head, SharedBytes body)
    {
        Invariant.Check(_body is null);
        head.CopyTo(_head);
        _headLength = head.Length;
        _body = body;
    }

    protected sealed override void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            if (_isPumping)
            {
                return;
            }
        }

        LetGo();
    }

    private void Pump()
    {
        while (!_isDone && !Volatile.Read(ref _isClosed))
        {
            if (_body is null && !TryMakeNext())
            {
                _isDone = true;
                return;
            }

            Invariant.Check(_body is not null);

            // A write takes the reference over even when it refuses, and the message is needed again then.
            if (!TryWrite(_head.AsSpan(0, _headLength), _body.AddReference()))
            {
                return;
            }

            _body.Release();
            _body = null;
        }
    }

    private void LetGo()
    {
        _body?.Release();
        _body = null;
        Release();
    }
}
