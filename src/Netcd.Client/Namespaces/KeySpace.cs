using Netcd.Proto.Mvcc;

namespace Netcd.Client.Namespaces;

/// <summary>
/// The keys behind a prefix: requests get it, answers lose it (client/v3/namespace). Requests are copied, answers
/// changed in place.
/// </summary>
internal sealed class KeySpace(ByteString prefix)
{
    public ByteString Prefix { get; } = prefix;

    /// <summary>A space inside this one.</summary>
    public KeySpace Within(ByteString prefix) => new(Joined(prefix));

    public RangeRequest Inside(RangeRequest request)
    {
        RequireKey(request.Key);
        var copy = request.Clone();
        (copy.Key, copy.RangeEnd) = Interval(request.Key, request.RangeEnd);
        return copy;
    }

    public PutRequest Inside(PutRequest request)
    {
        RequireKey(request.Key);
        var copy = request.Clone();
        copy.Key = Joined(request.Key);
        return copy;
    }

    public DeleteRangeRequest Inside(DeleteRangeRequest request)
    {
        RequireKey(request.Key);
        var copy = request.Clone();
        (copy.Key, copy.RangeEnd) = Interval(request.Key, request.RangeEnd);
        return copy;
    }

    public TxnRequest Inside(TxnRequest request)
    {
        var copy = new TxnRequest();
        foreach (var compare in request.Compare)
        {
            var inside = compare.Clone();
            (inside.Key, inside.RangeEnd) = Interval(compare.Key, compare.RangeEnd);
            copy.Compare.Add(inside);
        }

        copy.Success.AddRange(request.Success.Select(Inside));
        copy.Failure.AddRange(request.Failure.Select(Inside));
        return copy;
    }

    public WatchCreateRequest Inside(WatchCreateRequest request)
    {
        var copy = request.Clone();
        (copy.Key, copy.RangeEnd) = Interval(request.Key, request.RangeEnd);
        return copy;
    }

    public void Outside(RangeResponse response) => Outside(response.Kvs);

    public void Outside(PutResponse response) => Outside(response.PrevKv);

    public void Outside(DeleteRangeResponse response) => Outside(response.PrevKvs);

    public void Outside(TxnResponse response)
    {
        foreach (var one in response.Responses)
        {
            switch (one.ResponseCase)
            {
                case ResponseOp.ResponseOneofCase.ResponseRange:
                    Outside(one.ResponseRange);
                    break;
                case ResponseOp.ResponseOneofCase.ResponsePut:
                    Outside(one.ResponsePut);
                    break;
                case ResponseOp.ResponseOneofCase.ResponseDeleteRange:
                    Outside(one.ResponseDeleteRange);
                    break;
                case ResponseOp.ResponseOneofCase.ResponseTxn:
                    Outside(one.ResponseTxn);
                    break;
                default:
                    break;
            }
        }
    }

    public void Outside(WatchResponse response)
    {
        foreach (var one in response.Events)
        {
            Outside(one.Kv);
            Outside(one.PrevKv);
        }
    }

    /// <summary>The keys of a lease that lie in this space, without the prefix.</summary>
    public void Outside(LeaseTimeToLiveResponse response)
    {
        var inside = response.Keys.Where(key => key.Span.StartsWith(Prefix.Span)).Select(Stripped).ToList();
        response.Keys.Clear();
        response.Keys.AddRange(inside);
    }

    private static void RequireKey(ByteString key)
    {
        if (key.IsEmpty)
        {
            throw new EtcdException(StatusCode.InvalidArgument, EtcdErrors.EmptyKey);
        }
    }

    private RequestOp Inside(RequestOp operation) => operation.RequestCase switch
    {
        RequestOp.RequestOneofCase.RequestRange => new RequestOp { RequestRange = Inside(operation.RequestRange) },
        RequestOp.RequestOneofCase.RequestPut => new RequestOp { RequestPut = Inside(operation.RequestPut) },
        RequestOp.RequestOneofCase.RequestDeleteRange =>
            new RequestOp { RequestDeleteRange = Inside(operation.RequestDeleteRange) },
        RequestOp.RequestOneofCase.RequestTxn => new RequestOp { RequestTxn = Inside(operation.RequestTxn) },
        _ => operation,
    };

    private (ByteString Key, ByteString End) Interval(ByteString key, ByteString end)
    {
        // "To the last key" is to the last one of this space.
        var isOpen = end.Length == 1 && end[0] == 0;
        var inside = end.IsEmpty ? end : isOpen ? KeyRange.PrefixEnd(Prefix).Bytes : Joined(end);
        return (Joined(key), inside);
    }

    private ByteString Joined(ByteString key)
    {
        var joined = new byte[Prefix.Length + key.Length];
        Prefix.Span.CopyTo(joined);
        key.Span.CopyTo(joined.AsSpan(Prefix.Length));
        return UnsafeByteOperations.UnsafeWrap(joined);
    }

    private void Outside(IEnumerable<KeyValue> pairs)
    {
        foreach (var pair in pairs)
        {
            Outside(pair);
        }
    }

    private void Outside(KeyValue? pair)
    {
        if (pair is not null)
        {
            pair.Key = Stripped(pair.Key);
        }
    }

    private ByteString Stripped(ByteString key) => UnsafeByteOperations.UnsafeWrap(key.Memory[Prefix.Length..]);
}
