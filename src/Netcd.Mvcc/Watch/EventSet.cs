using System.Buffers;
using Netcd.Base;
using Netcd.Base.Buffers;
using Netcd.Base.Protobuf;

namespace Netcd.Mvcc;

/// <summary>
/// The events of one revision, or of a piece of history, in revision order. Each is encoded once, however many watchers
/// get it.
/// </summary>
/// <remarks>
/// mvccpb.Event: type 1 (PUT 0, DELETE 1), kv 2, prev_kv 3. The kv of a put is the stored KeyValue as it is; that of a
/// deletion has key and mod_revision only.
/// </remarks>
internal sealed class EventSet(IWatchHistory history)
{
    private const int ResponseEventsField = 11;
    private const int TypeField = 1;
    private const int KvField = 2;
    private const int PrevKvField = 3;
    private const int KeyField = 1;
    private const int ModRevisionField = 3;

    private readonly ArrayBufferWriter<byte> _previous = new();
    private WatchEvent[] _events = new WatchEvent[16];

    public int Count { get; private set; }

    /// <summary>Bytes of all events without previous values.</summary>
    public long Bytes { get; private set; }

    public ref readonly WatchEvent this[int index] => ref _events[index];

    /// <summary>Encodes an event; returns its index.</summary>
    public int Add(long main, bool isTombstone, in StoredKeyValue record, ReadOnlySpan<byte> stored)
    {
        if (Count == _events.Length)
        {
            Array.Resize(ref _events, Count * 2);
        }

        ref var added = ref _events[Count];
        added = new WatchEvent
        {
            Main = main,
            IsTombstone = isTombstone,
            IsCreate = !isTombstone && record.CreateRevision == record.ModRevision,
            KeyLength = record.Key.Length,
        };
        added.Encoded = isTombstone
            ? EncodeDelete(main, record.Key, out added.KeyOffset)
            : EncodePut(record.Key, stored, out added.KeyOffset);
        Bytes += added.Encoded.Length;
        return Count++;
    }

    /// <summary>An event as a watcher wants it; the set keeps its reference.</summary>
    public SharedBytes Encoded(int index, bool withPrevious)
    {
        ref var wanted = ref _events[index];
        if (!withPrevious || wanted.IsCreate)
        {
            return wanted.Encoded;
        }

        return wanted.WithPrevious ??= AddPrevious(wanted);
    }

    public void Clear()
    {
        for (var i = 0; i < Count; i++)
        {
            _events[i].Encoded.Release();
            _events[i].WithPrevious?.Release();
            _events[i] = default;
        }

        Count = 0;
        Bytes = 0;
    }

    private static SharedBytes EncodePut(ReadOnlySpan<byte> key, ReadOnlySpan<byte> stored, out int keyOffset)
    {
        var eventLength = ProtoSize.Delimited(KvField, stored.Length);
        var encoded = SharedBytes.Rent(ProtoSize.Delimited(ResponseEventsField, eventLength));
        var writer = new ProtoWriter(encoded.Span);
        writer.DelimitedHeader(ResponseEventsField, eventLength);
        writer.Delimited(KvField, stored);
        Invariant.Check(writer.Position == encoded.Length);
        Invariant.Check(stored.Overlaps(key, out var offset));
        keyOffset = encoded.Length - stored.Length + offset;
        return encoded;
    }

    private static SharedBytes EncodeDelete(long main, ReadOnlySpan<byte> key, out int keyOffset)
    {
        var kvLength = ProtoSize.Delimited(KeyField, key.Length) + ProtoSize.Int64(ModRevisionField, main);
        var eventLength = ProtoSize.Int64(TypeField, 1) + ProtoSize.Delimited(KvField, kvLength);
        var encoded = SharedBytes.Rent(ProtoSize.Delimited(ResponseEventsField, eventLength));
        var writer = new ProtoWriter(encoded.Span);
        writer.DelimitedHeader(ResponseEventsField, eventLength);
        writer.Int64(TypeField, 1);
        writer.DelimitedHeader(KvField, kvLength);
        writer.Delimited(KeyField, key);
        keyOffset = writer.Position - key.Length;
        writer.Int64(ModRevisionField, main);
        Invariant.Check(writer.Position == encoded.Length);
        return encoded;
    }

    private SharedBytes AddPrevious(in WatchEvent plain)
    {
        var key = plain.Encoded.Span.Slice(plain.KeyOffset, plain.KeyLength);
        _previous.ResetWrittenCount();
        if (!history.TryReadAt(key, plain.Main - 1, _previous))
        {
            return plain.Encoded.AddReference();
        }

        var reader = new ProtoReader(plain.Encoded.Span);
        reader.TryReadTag(out _, out var wireType);
        var inner = reader.ReadBytes(wireType);
        var eventLength = inner.Length + ProtoSize.Delimited(PrevKvField, _previous.WrittenCount);
        var encoded = SharedBytes.Rent(ProtoSize.Delimited(ResponseEventsField, eventLength));
        var writer = new ProtoWriter(encoded.Span);
        writer.DelimitedHeader(ResponseEventsField, eventLength);
        writer.Raw(inner);
        writer.Delimited(PrevKvField, _previous.WrittenSpan);
        Invariant.Check(writer.Position == encoded.Length);
        return encoded;
    }
}
