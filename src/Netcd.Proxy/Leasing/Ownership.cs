using Google.Protobuf;
using Netcd.Client;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;
using Netcd.Proxy.Calls;
using Netcd.Proxy.Kv;

namespace Netcd.Proxy.Leasing;

/// <summary>How keys come into and out of this proxy's ownership. Source: client/v3/leasing/kv.go.</summary>
/// <param name="client">Sees the proxy's namespace.</param>
/// <param name="members">The keys behind this layer.</param>
/// <param name="keys">What is ours.</param>
/// <param name="session">What it hangs on.</param>
/// <param name="requests">The protocol.</param>
/// <param name="time">The clock.</param>
internal sealed class Ownership(
    EtcdClient client,
    IKeyValues members,
    LeasedKeys keys,
    LeasingSession session,
    LeasingRequests requests,
    TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads a key and takes it, if nobody has it.</summary>
    public async Task<RangeResponse> AcquireAsync(
        RangeRequest request, Caller caller, CancellationToken cancellation)
    {
        var lease = await session.WaitAsync(cancellation);
        var response = await members.TxnAsync(requests.Acquire(request.Key, lease), caller, cancellation);
        var answer = response.Responses[0].ResponseRange;
        answer.Header = response.Header;
        var isOurs = response.Succeeded
            || (response.Responses[1].ResponseRange.Kvs is [var owner]
                && owner.Lease == lease && !owner.Value.Equals(LeasingRequests.Revoke));

        // A session that was lost meanwhile owns nothing; its keys were forgotten a moment ago or will be.
        if (isOurs && session.Lease == lease && keys.TryAdd(request.Key, answer))
        {
            _ = Task.Run(() => KeepAsync(request.Key, answer.Header.Revision), CancellationToken.None);
        }

        return new LeasedKey(answer).AnswerTo(request);
    }

    /// <summary>Waits until an owner who was asked has given its key up.</summary>
    public async Task WaitGivenUpAsync(ByteString key, long askedAt, CancellationToken cancellation)
    {
        await foreach (var batch in WatchOwnerAsync(key, askedAt, cancellation))
        {
            foreach (var change in batch.Events)
            {
                if (change.Type == Event.Types.EventType.Delete)
                {
                    return;
                }
            }
        }
    }

    /// <summary>Makes all others give up keys; the newest revision at which one of them was owned.</summary>
    public async Task<long> RevokeAsync(KeyInterval interval, Caller caller, CancellationToken cancellation)
    {
        var (key, end) = requests.OwnerKeys(interval);
        var owners = await members.RangeAsync(
            new RangeRequest { Key = key, RangeEnd = end }, caller, cancellation);
        return await RevokeAsync(owners.Kvs, caller, cancellation);
    }

    /// <summary>The same for owners that are known.</summary>
    public async Task<long> RevokeAsync(
        IEnumerable<KeyValue> owners, Caller caller, CancellationToken cancellation)
    {
        var newest = 0L;
        foreach (var owner in owners)
        {
            newest = Math.Max(newest, owner.CreateRevision);
            var key = requests.KeyOf(owner.Key);
            if (owner.Lease == session.Lease && keys.RevisionOf(key) != 0)
            {
                // Ours. One that was ours, and is about to be given up, is waited for as any other's.
                continue;
            }

            var response = await members.TxnAsync(
                new TxnRequest
                {
                    Compare =
                    {
                        requests.IsNotOwnedSince(new KeyInterval(key, ByteString.Empty), keys.RevisionOf(key)),
                    },
                    Failure = { requests.AskOwner(key) },
                },
                caller,
                cancellation);
            if (!response.Succeeded)
            {
                await WaitGivenUpAsync(key, response.Header.Revision, cancellation);
            }
        }

        return newest;
    }

    private IAsyncEnumerable<WatchResponse> WatchOwnerAsync(
        ByteString key, long after, CancellationToken cancellation) =>
        client.Watch.WatchAsync(
            requests.OwnerKey(key), new WatchOptions { StartRevision = after + 1 }, cancellation);

    // Answers from the cache end with the key's ownership: somebody asks for it, or it is gone.
    private async Task KeepAsync(ByteString key, long acquired)
    {
        try
        {
            await foreach (var batch in WatchOwnerAsync(key, acquired, session.Stopping))
            {
                foreach (var change in batch.Events)
                {
                    if (change.Type == Event.Types.EventType.Put && !change.Kv.Value.Equals(LeasingRequests.Revoke))
                    {
                        continue;
                    }

                    keys.Evict(key, acquired);
                    if (change.Type == Event.Types.EventType.Put)
                    {
                        await GiveUpAsync(key, change.Kv.ModRevision);
                    }

                    return;
                }
            }
        }
        catch (EtcdException)
        {
            // What happens to the owner's key is not known any more.
            keys.Evict(key, acquired);
            await GiveUpAsync(key, acquired);
        }
        catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
        {
            // The proxy ends, and its session with it.
        }
    }

    private async Task GiveUpAsync(ByteString key, long before)
    {
        keys.BeginGivingUp(key);
        try
        {
            await TellGivenUpAsync(key, before);
        }
        finally
        {
            keys.EndGivingUp(key);
        }
    }

    private async Task TellGivenUpAsync(ByteString key, long before)
    {
        var request = new TxnRequest
        {
            Compare = { requests.IsNotOwnedSince(new KeyInterval(key, ByteString.Empty), before) },
            Success = { requests.GiveUp(key) },
        };
        while (!session.Stopping.IsCancellationRequested && session.Lease != 0)
        {
            try
            {
                await members.TxnAsync(request, Caller.Nobody, session.Stopping);
                return;
            }
            catch (EtcdException)
            {
                // Others wait for it: again, until the session ends and its keys with it.
                await Task.Delay(Pause, time, session.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
