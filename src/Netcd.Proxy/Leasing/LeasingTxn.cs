using Google.Protobuf;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;
using Netcd.Proxy.Kv;
using static Netcd.Proto.EtcdServer.RequestOp;

namespace Netcd.Proxy.Leasing;

/// <summary>
/// Transactions over owned keys: answered from memory if they only read keys that are ours, else made at a member
/// inside a transaction that fails if others own a key that is written. Source: client/v3/leasing/txn.go.
/// </summary>
internal sealed class LeasingTxn(
    IKeyValues members, LeasedKeys keys, LeasingSession session, Ownership ownership, LeasingRequests requests)
{
    /// <summary>After it, the key's value is what was put and it can only go by a write.</summary>
    public static bool IsOrdinary(PutRequest put) => put is { Lease: 0, IgnoreLease: false, IgnoreValue: false };

    public async Task<TxnResponse> CommitAsync(TxnRequest request, Caller caller, CancellationToken cancellation)
    {
        if (caller.Token.Length == 0 && session.Lease != 0 && keys.With(owned => Evaluate(request, owned)) is { } known
            && session.Lease != 0)
        {
            return known;
        }

        var writes = WritesOf(request).ToList();
        if (writes.Count == 0)
        {
            return await members.TxnAsync(request, caller, cancellation);
        }

        await session.WaitAsync(cancellation);
        var written = writes.ConvertAll(IntervalOf);
        using var hold = keys.Hold(written);
        while (true)
        {
            var guarded = await GuardAsync(request, writes, caller, cancellation);
            TxnResponse response;
            try
            {
                response = await members.TxnAsync(guarded, caller, cancellation);
            }
            catch
            {
                // It may have happened.
                keys.Evict(written);
                throw;
            }

            if (response.Succeeded)
            {
                var answer = response.Responses[0].ResponseTxn;
                answer.Header = response.Header;
                Keep(request, answer, response.Header);
                return answer;
            }

            foreach (var owners in response.Responses)
            {
                await ownership.RevokeAsync(owners.ResponseRange.Kvs, caller, cancellation);
            }
        }
    }

    // Null if it is about a key that is not ours, or about more than reading.
    private static TxnResponse? Evaluate(TxnRequest request, IReadOnlyDictionary<ByteString, LeasedKey> owned)
    {
        var isTrue = true;
        ResponseHeader? newest = null;
        foreach (var compare in request.Compare)
        {
            if (Find(owned, compare.Key, compare.RangeEnd) is not { } key
                || CompareValue.Evaluate(compare, key.Answer.Kvs) is not { } verdict)
            {
                return null;
            }

            newest = Newer(newest, key.Answer.Header);
            isTrue &= verdict;
        }

        var response = new TxnResponse { Succeeded = isTrue };
        foreach (var operation in isTrue ? request.Success : request.Failure)
        {
            if (operation.RequestRange is not { Revision: 0 } range
                || Find(owned, range.Key, range.RangeEnd) is not { } key)
            {
                return null;
            }

            newest = Newer(newest, key.Answer.Header);
            response.Responses.Add(new ResponseOp { ResponseRange = key.AnswerTo(range) });
        }

        response.Header = newest;
        return newest is null ? null : response;
    }

    private static LeasedKey? Find(
        IReadOnlyDictionary<ByteString, LeasedKey> owned, ByteString key, ByteString end) =>
        end.IsEmpty && owned.TryGetValue(key, out var found) && found.Written.IsCompleted ? found : null;

    private static ResponseHeader Newer(ResponseHeader? left, ResponseHeader right) =>
        left is null || left.Revision < right.Revision ? right : left;

    private static IEnumerable<RequestOp> WritesOf(TxnRequest request)
    {
        foreach (var operation in request.Success.Concat(request.Failure))
        {
            switch (operation.RequestCase)
            {
                case RequestOneofCase.RequestPut:
                case RequestOneofCase.RequestDeleteRange:
                    yield return operation;
                    break;
                case RequestOneofCase.RequestTxn:
                    foreach (var inner in WritesOf(operation.RequestTxn))
                    {
                        yield return inner;
                    }

                    break;
                default:
                    break;
            }
        }
    }

    private static KeyInterval IntervalOf(RequestOp write) => write.RequestPut is { } put
        ? new KeyInterval(put.Key, ByteString.Empty)
        : new KeyInterval(write.RequestDeleteRange.Key, write.RequestDeleteRange.RangeEnd);

    // The request inside one that fails, and tells the owners, if others own what it writes.
    private async Task<TxnRequest> GuardAsync(
        TxnRequest request, List<RequestOp> writes, Caller caller, CancellationToken cancellation)
    {
        var guarded = new TxnRequest { Success = { new RequestOp { RequestTxn = request } } };
        var seen = new HashSet<KeyInterval>();
        foreach (var write in writes)
        {
            var interval = IntervalOf(write);
            if (!seen.Add(interval))
            {
                continue;
            }

            guarded.Failure.Add(requests.GetOwners(interval));
            if (interval.IsPoint)
            {
                guarded.Compare.Add(requests.IsNotOwnedSince(interval, keys.RevisionOf(interval.Key)));
            }
            else
            {
                var newest = await ownership.RevokeAsync(interval, caller, cancellation);
                guarded.Compare.Add(requests.IsNotOwnedSince(interval, newest));
            }

            if (write.RequestPut is { } put && !IsOrdinary(put))
            {
                guarded.Success.Add(requests.GiveUp(put.Key));
            }
        }

        return guarded;
    }

    private void Keep(TxnRequest request, TxnResponse response, ResponseHeader header)
    {
        var operations = response.Succeeded ? request.Success : request.Failure;
        for (var i = 0; i < operations.Count; i++)
        {
            var operation = operations[i];
            switch (operation.RequestCase)
            {
                case RequestOneofCase.RequestPut when IsOrdinary(operation.RequestPut):
                    keys.Put(operation.RequestPut, header);
                    break;
                case RequestOneofCase.RequestDeleteRange:
                    keys.Delete(IntervalOf(operation), header);
                    break;
                case RequestOneofCase.RequestTxn:
                    Keep(operation.RequestTxn, response.Responses[i].ResponseTxn, header);
                    break;
                default:
                    break;
            }
        }

        // Given up in the same transaction, whichever branch ran.
        keys.Evict(WritesOf(request).Where(static write => write.RequestPut is { } put && !IsOrdinary(put))
            .Select(IntervalOf).ToList());
    }
}
