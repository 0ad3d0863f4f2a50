using Netcd.Api.Calls;
using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Grpc;
using Netcd.Mvcc;
using Netcd.Server.KeyValues;

namespace Netcd.Api.Kv;

/// <summary>
/// A RangeResponse read from the store's pages while it is sent: header, the stored records each behind tag and length,
/// then more and count.
/// </summary>
internal sealed class SelectionSource : IReplySource
{
    private readonly RangeSelection _selection;
    private readonly byte[] _head;
    private readonly byte[] _tail;
    private int _headPosition;
    private int _tailPosition;

    /// <summary>Takes over the selection.</summary>
    public SelectionSource(ApiContext api, RangeSelection selection)
    {
        _selection = selection;
        var term = api.Member.Term;
        _head = new byte[HeadSize(api, selection, term)];
        var head = new ProtoWriter(_head);
        api.Header.Write(ref head, selection.HeaderRevision, term);
        _tail = new byte[RangeAnswer.TailSize(selection)];
        var tail = new ProtoWriter(_tail);
        RangeAnswer.WriteTail(ref tail, selection);
        Length = _head.Length + selection.KvsLengthBytes + _tail.Length;
    }

    public long Length { get; }

    /// <summary>How many keys there are in the range.</summary>
    public long Count => _selection.Count;

    public static int HeadSize(ApiContext api, RangeSelection selection, Term term) =>
        api.Header.Size(selection.HeaderRevision, term);

    /// <summary>Writes a whole RangeResponse into a span of exactly its length.</summary>
    public static void WriteWhole(ApiContext api, RangeSelection selection, Term term, Span<byte> destination)
    {
        var head = new ProtoWriter(destination);
        api.Header.Write(ref head, selection.HeaderRevision, term);
        var kvs = (int)selection.KvsLengthBytes;
        var filled = selection.Fill(destination.Slice(head.Position, kvs));
        Invariant.Check(filled == kvs);
        var tail = new ProtoWriter(destination[(head.Position + kvs)..]);
        RangeAnswer.WriteTail(ref tail, selection);
    }

    public int Fill(Span<byte> destination)
    {
        var written = Copy(_head, ref _headPosition, destination);
        if (written < destination.Length && _selection.RemainingBytes > 0)
        {
            written += _selection.Fill(destination[written..]);
        }

        if (_selection.RemainingBytes == 0)
        {
            written += Copy(_tail, ref _tailPosition, destination[written..]);
        }

        return written;
    }

    public void Release() => _selection.Release();

    private static int Copy(byte[] part, ref int position, Span<byte> destination)
    {
        var count = Math.Min(part.Length - position, destination.Length);
        part.AsSpan(position, count).CopyTo(destination);
        position += count;
        return count;
    }
}
