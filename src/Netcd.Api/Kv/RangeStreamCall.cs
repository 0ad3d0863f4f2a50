using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Validation;
using Netcd.Api.Wire;
using Netcd.Base;
using Netcd.Base.Buffers;
using Netcd.Base.Protobuf;
using Netcd.Grpc;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.KeyValues;
using Netcd.Server.Requests;

namespace Netcd.Api.Kv;

/// <summary>
/// Reads a range chunk by chunk at the revision of the first chunk. Chunks begin with ten keys and grow or shrink
/// towards the largest request; all but the last hold only kvs. Upstream (3.7): server/etcdserver/v3_server.go,
/// rangeStream.
/// </summary>
internal sealed class RangeStreamCall : PumpedCall, IReadWaiter
{
    private const int RangeResponseField = 1;
    private const int CountField = 4;
    private const int MoreField = 3;
    private const long FirstChunkKeys = 10;

    private byte[] _request = [];
    private byte[] _nextKey = [];
    private Caller _caller;
    private long _revision;
    private long _headerRevision;
    private long _chunkKeys = FirstChunkKeys;
    private long _sent;
    private bool _isEnded;

    public RangeStreamCall(RangeStreamMethod method, StreamOut output, in CallHead head)
        : base(method, output, RequestShapes.RangeRequest, head)
    {
    }

    void IReadWaiter.Ready() => Begin();

    void IReadWaiter.Refused(Refusal refusal) => Finish(ErrorTable.For(refusal));

    protected override void Receive(ReadOnlySpan<byte> message)
    {
        var request = RangeRequestView.Parse(message);
        var refusal = RequestRules.Check(request);
        if (refusal is null && request.SortOrder != SortOrder.None
            && (request.SortTarget != SortTarget.Key || request.SortOrder != SortOrder.Ascend))
        {
            refusal = ErrorTable.StreamSortUnsupported;
        }

        if (refusal is null && request.HasRevisionFilter)
        {
            refusal = ErrorTable.StreamFilterUnsupported;
        }

        if (refusal is not null)
        {
            Finish(refusal);
            return;
        }

        _request = message.ToArray();
        _nextKey = request.Key.ToArray();
        _revision = request.Revision;
        if (request.IsSerializable || Api.Member.TryReadIndexNow())
        {
            Begin();
        }
        else
        {
            Api.Member.ReadIndex(this);
        }
    }

    protected override bool TryMakeNext()
    {
        if (_isEnded)
        {
            Finish(Status.OK);
            return false;
        }

        // Each chunk anew: a right that was taken away ends the stream.
        var request = RangeRequestView.Parse(_request);
        if (Api.Reads.Check(_caller, request.Key, request.RangeEnd, out var judged) is { } refusal)
        {
            Finish(refusal);
            return false;
        }

        var limit = request.Limit > 0 ? request.Limit : long.MaxValue;
        var query = RangeAnswer.Query(request) with
        {
            Key = _nextKey,
            Revision = _revision,
            Limit = Math.Min(_chunkKeys, limit - _sent),
        };
        var status = Api.Member.Store.Range(query, out var selection);
        if (status != StoreStatus.Ok || selection is null)
        {
            Finish(ErrorTable.For(RangeAnswer.RefusalOf(status)));
            return false;
        }

        try
        {
            if (Api.Reads.CheckAgain(judged) is { } changed)
            {
                Finish(changed);
                return false;
            }

            OfferChunk(selection, limit);
        }
        finally
        {
            selection.Release();
        }

        return true;
    }

    protected override void Release()
    {
        // Nothing is held between chunks.
    }

    private void Begin()
    {
        if (Admit(out _caller) is { } refusal)
        {
            Finish(refusal);
        }
        else
        {
            Start();
        }
    }

    private void OfferChunk(RangeSelection selection, long limit)
    {
        if (_headerRevision == 0)
        {
            _headerRevision = selection.HeaderRevision;
            _revision = _revision <= 0 ? _headerRevision : _revision;
        }

        _sent += selection.KvCount;
        _isEnded = !selection.More || _sent == limit;
        if (selection.More)
        {
            var last = selection.KeyValueAt(selection.KvCount - 1).Key;
            _nextKey = [.. last, 0];
        }

        var isCountOnly = selection.KvCount == 0 && selection.Count > 0;
        var count = isCountOnly ? selection.Count : _sent;
        if (_isEnded && selection.More)
        {
            count += CountRest();
        }

        var kvs = checked((int)selection.KvsLengthBytes);
        AdjustChunk(kvs);
        Offer(selection, kvs, count);
    }

    private void Offer(RangeSelection selection, int kvs, long count)
    {
        var term = Api.Member.Term;
        var tailSize = _isEnded ? ProtoSize.Bool(MoreField, selection.More) + ProtoSize.Int64(CountField, count) : 0;
        var headerSize = _isEnded ? Api.Header.Size(_headerRevision, term) : 0;
        Span<byte> head = stackalloc byte[96];
        var writer = new ProtoWriter(head);
        writer.DelimitedHeader(RangeResponseField, headerSize + kvs + tailSize);
        if (_isEnded)
        {
            Api.Header.Write(ref writer, _headerRevision, term);
        }

        var body = SharedBytes.Rent(kvs + tailSize);
        var filled = selection.Fill(body.Span[..kvs]);
        Invariant.Check(filled == kvs);
        if (_isEnded)
        {
            var tail = new ProtoWriter(body.Span[kvs..]);
            tail.Bool(MoreField, selection.More);
            tail.Int64(CountField, count);
        }

        Offer(head[..writer.Position], body);
    }

    /// <summary>Chunks between half and twice the largest request stay as they are.</summary>
    private void AdjustChunk(int bytes)
    {
        if (bytes < Api.Options.MaxRequestBytes / 2)
        {
            _chunkKeys *= 2;
        }
        else if (bytes > Api.Options.MaxRequestBytes * 2L)
        {
            _chunkKeys = Math.Max(1, _chunkKeys / 2);
        }
    }

    private long CountRest()
    {
        var query = new RangeQuery
        {
            Key = _nextKey,
            RangeEnd = RangeRequestView.Parse(_request).RangeEnd,
            Revision = _revision,
            CountOnly = true,
        };
        if (Api.Member.Store.Range(query, out var selection) != StoreStatus.Ok || selection is null)
        {
            return 0;
        }

        var count = selection.Count;
        selection.Release();
        return count;
    }
}
