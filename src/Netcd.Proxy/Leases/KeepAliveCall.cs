using Google.Protobuf;
using Netcd.Base.Protobuf;
using Netcd.Client;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;

namespace Netcd.Proxy.Leases;

/// <summary>
/// One LeaseKeepAlive call. The proxy renews each lease at its own pace for as long as the client asks for it within
/// the lease's time; a request is answered with the next renewal. Answers for a client that does not read are held
/// back, the renewals go on until the lease's time is over.
/// </summary>
/// <param name="client">As the caller uses it.</param>
/// <param name="output">Where answers go.</param>
/// <param name="time">The clock.</param>
/// <param name="over">Cancelled when the call is over.</param>
internal sealed class KeepAliveCall(
    EtcdClient client, CallOutput output, TimeProvider time, CancellationTokenSource over) : IStreamCall
{
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly Dictionary<long, Asked> _leases = [];

    public void OnMessage(ReadOnlySpan<byte> message)
    {
        output.Received();
        LeaseKeepAliveRequest request;
        try
        {
            request = LeaseKeepAliveRequest.Parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException problem)
        {
            output.Finish(GrpcErrors.StreamUnmarshal(new ProtoException(problem.Message)));
            return;
        }

        lock (_lock)
        {
            if (_leases.TryGetValue(request.ID, out var asked))
            {
                asked.Count++;
                return;
            }

            if (_leases.Count >= Limits.LeasesPerStreamMax)
            {
                output.Finish(CallStatus.TooManyRequests);
                return;
            }

            _leases[request.ID] = asked = new Asked { Count = 1 };
            _ = KeepAsync(request.ID, asked);
        }
    }

    public void OnHalfClose() => output.Finish(CallStatus.Canceled);

    public void OnWritable()
    {
        // Whoever waits is answered with the next renewal.
    }

    public void OnClosed(StreamCloseReason reason)
    {
        output.Closed(reason);
        over.Cancel();
    }

    private async Task KeepAsync(long id, Asked asked)
    {
        try
        {
            await Task.Yield();
            var keepAlive = client.Leases.KeepAlive(id);
            await using (keepAlive)
            {
                await RenewAsync(id, asked, keepAlive);
            }
        }
        catch (OperationCanceledException)
        {
            // The client left.
        }
        catch (Exception problem) when (problem is EtcdException or ObjectDisposedException)
        {
            output.Finish(CallStatus.Canceled);
        }
    }

    private async Task RenewAsync(long id, Asked asked, LeaseKeepAlive keepAlive)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
        var answers = keepAlive.ReadAllAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        var next = answers.MoveNextAsync().AsTask();
        try
        {
            var limit = Timeout.InfiniteTimeSpan;
            while (true)
            {
                if (limit != Timeout.InfiniteTimeSpan && !await EndsWithinAsync(next, limit))
                {
                    // A client that asked nothing for as long as the lease lives has given it up.
                    if (TryForget(id, asked))
                    {
                        return;
                    }

                    limit = Timeout.InfiniteTimeSpan;
                    continue;
                }

                if (!await next)
                {
                    await AnswerGoneAsync(id, asked);
                    return;
                }

                var answer = answers.Current;
                next = answers.MoveNextAsync().AsTask();
                limit = Answer(asked, answer) ? TimeSpan.FromSeconds(answer.TTL) : limit;
            }
        }
        finally
        {
            // No enumerator may be disposed while it is asked for the next.
            await stop.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await answers.DisposeAsync();
        }
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan limit)
    {
        try
        {
            await task.WaitAsync(limit, time, over.Token);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private bool TryForget(long id, Asked asked)
    {
        lock (_lock)
        {
            return asked.Count == 0 && _leases.Remove(id);
        }
    }

    // False if nobody asked.
    private bool Answer(Asked asked, LeaseKeepAliveResponse answer)
    {
        var message = answer.ToByteArray();
        lock (_lock)
        {
            if (asked.Count == 0)
            {
                return false;
            }

            while (asked.Count > 0 && output.TryWrite(message))
            {
                asked.Count--;
            }

            return true;
        }
    }

    // The lease is gone, or nobody could say for too long: the client is told what the members know of it.
    private async Task AnswerGoneAsync(long id, Asked asked)
    {
        lock (_lock)
        {
            _leases.Remove(id);
            if (asked.Count == 0)
            {
                return;
            }
        }

        var left = await client.Leases.TimeToLiveAsync(id, cancellationToken: over.Token);
        Answer(asked, new LeaseKeepAliveResponse { Header = left.Header, ID = left.ID, TTL = left.TTL });
    }

    /// <summary>How many requests for a lease have not been answered; guarded by the call's lock.</summary>
    private sealed class Asked
    {
        public int Count { get; set; }
    }
}
