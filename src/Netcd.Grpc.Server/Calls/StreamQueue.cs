using System.Buffers;
using Netcd.Base;
using Netcd.Base.Buffers;
using Netcd.Grpc.Wire;

namespace Netcd.Grpc.Server.Calls;

/// <summary>
/// What a streaming call has to send: messages in order, bounded in bytes, read out as one run of framed bytes. Any
/// thread writes; one at a time reads.
/// </summary>
/// <remarks>
/// A message is kept as its prefix and head in one small pooled array, and its shared body by reference, so an event
/// sent to a thousand watchers is in memory once.
/// </remarks>
internal sealed class StreamQueue(int bytesMax)
{
    private const int PrefixBytes = MessagePrefix.Bytes;

    // Guards every field; taken for a few instructions, and never while calling out.
    private readonly Lock _gate = new();

    // Ring of messages, null until the first one: an idle stream costs nothing.
    private Item[]? _items;
    private int _first;
    private int _count;

    // Invariant: sum of Length over the items less _taken.
    private long _bytes;

    // Bytes of the first item already read out.
    private int _taken;

    private bool _wasRefused;
    private bool _isClosed;
    private Status? _end;

    /// <summary>How the call ends once the queue is empty; null while it goes on.</summary>
    public Status? End
    {
        get
        {
            lock (_gate)
            {
                return _end;
            }
        }
    }

    /// <summary>True when a refused writer may try again; said once for each refusal.</summary>
    public bool TakeWritable()
    {
        lock (_gate)
        {
            // Half empty before it says so, so that a slow reader costs one wake for many messages.
            if (!_wasRefused || _isClosed || _end is not null || _bytes > bytesMax / 2)
            {
                return false;
            }

            _wasRefused = false;
            return true;
        }
    }

    /// <inheritdoc cref="StreamOut.TryWrite(ReadOnlySpan{byte}, SharedBytes?)"/>
    public bool TryAdd(ReadOnlySpan<byte> head, SharedBytes? body)
    {
        var length = head.Length + (body?.Length ?? 0);
        lock (_gate)
        {
            if (_isClosed || _end is not null)
            {
                body?.Release();
                return true;
            }

            if (_count > 0 && _bytes + PrefixBytes + length > bytesMax)
            {
                _wasRefused = true;
                body?.Release();
                return false;
            }

            var prefixed = ArrayPool<byte>.Shared.Rent(PrefixBytes + head.Length);
            MessagePrefix.Write(prefixed, length);
            head.CopyTo(prefixed.AsSpan(PrefixBytes));
            Push(new Item(prefixed, PrefixBytes + head.Length, body));
            _bytes += PrefixBytes + length;
            return true;
        }
    }

    /// <summary>Says how the call ends; false if that was said before.</summary>
    public bool TryEnd(Status status)
    {
        lock (_gate)
        {
            if (_isClosed || _end is not null)
            {
                return false;
            }

            _end = status;
            return true;
        }
    }

    /// <summary>Moves framed bytes out; 0 when there are none.</summary>
    /// <param name="isEmpty">Nothing is left.</param>
    /// <param name="end">With <paramref name="isEmpty"/>: the status to end with, null while the call goes on.</param>
    public int Read(Span<byte> destination, out bool isEmpty, out Status? end)
    {
        var written = 0;
        lock (_gate)
        {
            while (_count > 0 && written < destination.Length)
            {
                written += ReadFirst(destination[written..]);
            }

            isEmpty = _count == 0;
            end = isEmpty ? _end : null;
        }

        return written;
    }

    /// <summary>The call is over: drops what is queued and whatever comes after.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            while (_count > 0)
            {
                Pop();
            }

            _bytes = 0;
        }
    }

    private int ReadFirst(Span<byte> destination)
    {
        ref var item = ref _items![_first]; // Not null: the caller saw an item.
        var read = 0;
        if (_taken < item.HeadLength)
        {
            var head = item.Head.AsSpan(_taken, Math.Min(item.HeadLength - _taken, destination.Length));
            head.CopyTo(destination);
            read = head.Length;
        }

        if (item.Body is { } body && _taken + read >= item.HeadLength)
        {
            var start = _taken + read - item.HeadLength;
            var part = body.Span.Slice(start, Math.Min(body.Length - start, destination.Length - read));
            part.CopyTo(destination[read..]);
            read += part.Length;
        }

        _taken += read;
        _bytes -= read;
        Invariant.Check(_bytes >= 0);
        if (_taken == item.Length)
        {
            Pop();
        }

        return read;
    }

    private void Push(in Item item)
    {
        _items ??= new Item[4];
        if (_count == _items.Length)
        {
            var grown = new Item[_count * 2];
            for (var i = 0; i < _count; i++)
            {
                grown[i] = _items[(_first + i) % _items.Length];
            }

            _items = grown;
            _first = 0;
        }

        _items[(_first + _count) % _items.Length] = item;
        _count++;
    }

    private void Pop()
    {
        ref var item = ref _items![_first]; // Not null: there is an item.
        ArrayPool<byte>.Shared.Return(item.Head);
        item.Body?.Release();
        item = default;
        _taken = 0;
        _count--;
        _first = (_first + 1) % _items.Length;
        if (_count == 0 && _items.Length > 64)
        {
            _items = null;
            _first = 0;
        }
    }

    private readonly record struct Item(byte[] Head, int HeadLength, SharedBytes? Body)
    {
        public int Length => HeadLength + (Body?.Length ?? 0);
    }
}
