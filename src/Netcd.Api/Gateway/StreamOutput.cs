using System.Threading.Channels;
using Netcd.Base.Buffers;
using Netcd.Grpc;

namespace Netcd.Api.Gateway;

/// <summary>
/// What a streaming call has to say, message by message, bounded in bytes. Any thread writes; one reads.
/// </summary>
internal sealed class StreamOutput : StreamOut
{
    // As much as a gRPC stream may have queued.
    private const int QueueBytesMax = 256 * 1024;

    // Guards every field below; taken for a few instructions, and never while calling out.
    private readonly Lock _gate = new();
    private readonly Queue<SharedBytes> _messages = new();
    private long _bytes;
    private bool _wasRefused;
    private bool _isClosed;
    private Status? _end;

    // Holds one token when there is something to look at.
    private readonly Channel<bool> _work = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Whether it was said how the call ends.</summary>
    public bool IsEnding
    {
        get
        {
            lock (_gate)
            {
                return _end is not null;
            }
        }
    }

    public override bool TryWrite(ReadOnlySpan<byte> head, SharedBytes? body)
    {
        var isTaken = TryAdd(head, body);
        body?.Release();
        _work.Writer.TryWrite(true);
        return isTaken;
    }

    public override void Finish(Status status)
    {
        lock (_gate)
        {
            _end ??= status;
        }

        _work.Writer.TryWrite(true);
    }

    /// <summary>The next message, whose reference is the caller's; null for none.</summary>
    /// <param name="end">With null: the status to end with, null while the call goes on.</param>
    public SharedBytes? TryTake(out Status? end)
    {
        lock (_gate)
        {
            end = null;
            if (_messages.TryDequeue(out var message))
            {
                _bytes -= message.Length;
                return message;
            }

            end = _end;
            return null;
        }
    }

    /// <summary>True when a refused writer may try again; said once for each refusal.</summary>
    public bool TakeWritable()
    {
        lock (_gate)
        {
            if (!_wasRefused || _isClosed || _end is not null || _bytes > QueueBytesMax / 2)
            {
                return false;
            }

            _wasRefused = false;
            return true;
        }
    }

    /// <summary>Waits for something to look at.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _work.Reader.ReadAsync(cancellation);

    /// <summary>The call is over: drops what is queued and whatever comes after.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (_messages.TryDequeue(out var message))
            {
                message.Release();
            }

            _bytes = 0;
        }
    }

    private bool TryAdd(ReadOnlySpan<byte> head, SharedBytes? body)
    {
        var length = head.Length + (body?.Length ?? 0);
        lock (_gate)
        {
            if (_isClosed || _end is not null)
            {
                return true;
            }

            if (_messages.Count > 0 && _bytes + length > QueueBytesMax)
            {
                _wasRefused = true;
                return false;
            }

            var message = SharedBytes.Rent(length);
            head.CopyTo(message.Span);
            body?.Span.CopyTo(message.Span[head.Length..]);
            _messages.Enqueue(message);
            _bytes += length;
            return true;
        }
    }
}
