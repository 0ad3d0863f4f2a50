using Google.Protobuf;
using Netcd.Client;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;
using Netcd.Proxy.Kv;

namespace Netcd.Proxy.Leasing;

/// <summary>
/// Reads of single keys answered from memory, as fresh as the leader's: the proxy owns them, and every writer that
/// follows the protocol first makes it give them up. Source: client/v3/leasing. Unlike there, a write is made once (a
/// put of a key that nobody owns is made twice there), a key that gets a lease is given up, and who shows a token
/// always reads from a member.
/// </summary>
internal sealed class LeasingKeyValues : IKeyValues, IAsyncDisposable
{
    private readonly IKeyValues _members;
    private readonly LeasedKeys _keys;
    private readonly LeasingRequests _requests;
    private readonly LeasingSession _session;
    private readonly Ownership _ownership;
    private readonly LeasingTxn _txn;

    /// <param name="client">Sees the proxy's namespace.</param>
    /// <param name="members">The keys behind this layer.</param>
    /// <param name="prefix">Prefix of the keys that say who owns others.</param>
    /// <param name="time">The clock.</param>
    public LeasingKeyValues(EtcdClient client, IKeyValues members, string prefix, TimeProvider time)
    {
        _members = members;
        _keys = new LeasedKeys(time);
        _requests = new LeasingRequests(prefix);
        _session = new LeasingSession(client, _keys, time);
        _ownership = new Ownership(client, members, _keys, _session, _requests, time);
        _txn = new LeasingTxn(members, _keys, _session, _ownership, _requests);
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    public async Task<RangeResponse> RangeAsync(
        RangeRequest request, Caller caller, CancellationToken cancellation)
    {
        var isPlain = request.Revision == 0 && request.RangeEnd.IsEmpty && !request.Key.IsEmpty;
        if (!isPlain || caller.Token.Length > 0 || _session.Lease == 0)
        {
            return await _members.RangeAsync(request, caller, cancellation);
        }

        if (await _keys.ReadAsync(request, cancellation) is { } answer && _session.Lease != 0)
        {
            return answer;
        }

        return request.Serializable || !_keys.MayAcquire(request.Key)
            ? await _members.RangeAsync(request, caller, cancellation)
            : await _ownership.AcquireAsync(request, caller, cancellation);
    }

    public async Task<PutResponse> PutAsync(PutRequest request, Caller caller, CancellationToken cancellation)
    {
        var response = await WriteAsync(
            new RequestOp { RequestPut = request }, request.Key, LeasingTxn.IsOrdinary(request), caller, cancellation);
        var answer = response.Responses[0].ResponsePut;
        answer.Header = response.Header;
        return answer;
    }

    public async Task<DeleteRangeResponse> DeleteRangeAsync(
        DeleteRangeRequest request, Caller caller, CancellationToken cancellation)
    {
        var response = request.RangeEnd.IsEmpty
            ? await WriteAsync(
                new RequestOp { RequestDeleteRange = request }, request.Key, isOrdinary: true, caller, cancellation)
            : await DeleteManyAsync(request, caller, cancellation);
        var answer = response.Responses[0].ResponseDeleteRange;
        answer.Header = response.Header;
        return answer;
    }

    public Task<TxnResponse> TxnAsync(TxnRequest request, Caller caller, CancellationToken cancellation) =>
        _txn.CommitAsync(request, caller, cancellation);

    public Task<CompactionResponse> CompactAsync(
        CompactionRequest request, Caller caller, CancellationToken cancellation) =>
        _members.CompactAsync(request, caller, cancellation);

    // One write of one key: it happens if nobody else owns the key, else its owner is asked and it is tried again.
    private async Task<TxnResponse> WriteAsync(
        RequestOp write, ByteString key, bool isOrdinary, Caller caller, CancellationToken cancellation)
    {
        if (key.IsEmpty)
        {
            throw new EtcdException(StatusCode.InvalidArgument, EtcdErrors.EmptyKey);
        }

        await _session.WaitAsync(cancellation);
        var interval = new KeyInterval(key, ByteString.Empty);
        while (true)
        {
            TxnResponse response;
            using (_keys.Hold([interval]))
            {
                response = await TryWriteAsync(write, interval, isOrdinary, caller, cancellation);
                if (response.Succeeded)
                {
                    Keep(write, interval, isOrdinary, response.Header);
                    return response;
                }
            }

            await _ownership.WaitGivenUpAsync(key, response.Header.Revision, cancellation);
        }
    }

    private async Task<TxnResponse> TryWriteAsync(
        RequestOp write, KeyInterval interval, bool isOrdinary, Caller caller, CancellationToken cancellation)
    {
        var request = new TxnRequest
        {
            Compare = { _requests.IsNotOwnedSince(interval, _keys.RevisionOf(interval.Key)) },
            Success = { write },
            Failure = { _requests.AskOwner(interval.Key) },
        };
        if (!isOrdinary)
        {
            request.Success.Add(_requests.GiveUp(interval.Key));
        }

        try
        {
            return await _members.TxnAsync(request, caller, cancellation);
        }
        catch
        {
            // It may have happened.
            _keys.Evict([interval]);
            throw;
        }
    }

    private void Keep(RequestOp write, KeyInterval interval, bool isOrdinary, ResponseHeader header)
    {
        if (!isOrdinary)
        {
            _keys.Evict([interval]);
        }
        else if (write.RequestPut is { } put)
        {
            _keys.Put(put, header);
        }
        else
        {
            _keys.Delete(interval, header);
        }
    }

    private async Task<TxnResponse> DeleteManyAsync(
        DeleteRangeRequest request, Caller caller, CancellationToken cancellation)
    {
        await _session.WaitAsync(cancellation);
        var interval = new KeyInterval(request.Key, request.RangeEnd);
        while (true)
        {
            var newest = await _ownership.RevokeAsync(interval, caller, cancellation);
            using (_keys.Hold([interval]))
            {
                TxnResponse response;
                try
                {
                    response = await _members.TxnAsync(
                        new TxnRequest
                        {
                            Compare = { _requests.IsNotOwnedSince(interval, newest) },
                            Success = { new RequestOp { RequestDeleteRange = request } },
                        },
                        caller,
                        cancellation);
                }
                catch
                {
                    _keys.Evict([interval]);
                    throw;
                }

                if (response.Succeeded)
                {
                    _keys.Delete(interval, response.Header);
                    return response;
                }
            }
        }
    }
}
