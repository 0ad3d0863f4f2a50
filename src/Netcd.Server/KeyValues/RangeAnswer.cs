using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Mvcc;
using Netcd.Server.Requests;

namespace Netcd.Server.KeyValues;

/// <summary>
/// From a RangeRequest to the store's query, and from its selection to the fields of a RangeResponse.
/// </summary>
public static class RangeAnswer
{
    private const int HeaderField = 1;
    private const int MoreField = 3;
    private const int CountField = 4;
    private const int RevisionField = 3;

    public static RangeQuery Query(in RangeRequestView request) => new()
    {
        Key = request.Key,
        RangeEnd = request.RangeEnd,
        Revision = request.Revision,
        Limit = request.Limit,
        SortOrder = (RangeSortOrder)request.SortOrder,
        SortTarget = (RangeSortTarget)request.SortTarget,
        CountOnly = request.CountOnly,
        KeysOnly = request.KeysOnly,
        MinModRevision = request.MinModRevision,
        MaxModRevision = request.MaxModRevision,
        MinCreateRevision = request.MinCreateRevision,
        MaxCreateRevision = request.MaxCreateRevision,
    };

    public static Refusal RefusalOf(StoreStatus status) => status switch
    {
        StoreStatus.Ok => Refusal.None,
        StoreStatus.Compacted => Refusal.Compacted,
        _ => Refusal.FutureRevision,
    };

    /// <summary>Bytes of the fields after kvs: more and count.</summary>
    public static int TailSize(RangeSelection selection) =>
        ProtoSize.Bool(MoreField, selection.More) + ProtoSize.Int64(CountField, selection.Count);

    public static void WriteTail(ref ProtoWriter writer, RangeSelection selection)
    {
        writer.Bool(MoreField, selection.More);
        writer.Int64(CountField, selection.Count);
    }

    /// <summary>Bytes of a RangeResponse inside a transaction, whose header holds only the revision.</summary>
    public static int NestedSize(RangeSelection selection, long revision) =>
        checked((int)(ProtoSize.Delimited(HeaderField, ProtoSize.Int64(RevisionField, revision))
            + selection.KvsLengthBytes + TailSize(selection)));

    /// <inheritdoc cref="NestedSize"/>
    internal static void WriteNested(Span<byte> destination, RangeSelection selection, long revision)
    {
        var writer = new ProtoWriter(destination);
        writer.DelimitedHeader(HeaderField, ProtoSize.Int64(RevisionField, revision));
        writer.Int64(RevisionField, revision);
        var kvs = (int)selection.KvsLengthBytes;
        var filled = selection.Fill(destination.Slice(writer.Position, kvs));
        Invariant.Check(filled == kvs);
        var tail = new ProtoWriter(destination[(writer.Position + kvs)..]);
        WriteTail(ref tail, selection);
    }
}
