using Netcd.Client.Calls;
using Netcd.Grpc.Client;

namespace Netcd.Client.Leases;

/// <summary>
/// Keeps all leases of a client alive over one stream (client/v3/lease.go). Two loops: one opens streams and reads
/// answers, one sends what is due and ends leases that had no answer for too long.
/// </summary>
internal sealed class LeaseKeeper : IAsyncDisposable
{
    public const string Path = "/etcdserverpb.Lease/LeaseKeepAlive";

    private const int RenewalsPerTtl = 3;

    // A member that has not answered by then is left for another while there is time.
    private const double StallShare = 0.6;

    // Until the first answer tells the lease's time.
    private static readonly TimeSpan FirstAnswerLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SendPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ReopenPause = TimeSpan.FromMilliseconds(100);

    private readonly Caller _caller;
    private readonly TimeProvider _time;
    private readonly TimeSpan _firstAnswerLimit;
    private readonly Lock _lock = new();
    private readonly Dictionary<long, KeptLease> _leases = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0, 1);

    // The member must have a leader: without, a renewal would be lost without a word.
    private readonly CallSettings _settings;
    private Task _receive = Task.CompletedTask;
    private Task _send = Task.CompletedTask;
    private StreamingCall<LeaseKeepAliveResponse>? _stream;
    private bool _isRunning;

    public LeaseKeeper(Caller caller, EtcdClientOptions options, string? token)
    {
        _settings = new CallSettings { RequireLeader = true, Token = token };
        _caller = caller;
        _time = options.Time;
        _firstAnswerLimit = options.DialTimeout > TimeSpan.Zero
            ? options.DialTimeout + TimeSpan.FromSeconds(1)
            : FirstAnswerLimit;
        if (_firstAnswerLimit < FirstAnswerLimit)
        {
            _firstAnswerLimit = FirstAnswerLimit;
        }
    }

    /// <summary>No lease is kept alive.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return _leases.Count == 0;
            }
        }
    }

    public LeaseKeepAlive Add(long id)
    {
        var holder = new LeaseKeepAlive(this, id);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, typeof(EtcdClient));
            if (!_leases.TryGetValue(id, out var lease))
            {
                var now = _time.GetTimestamp();
                _leases[id] = lease = new KeptLease(id)
                {
                    Deadline = After(now, _firstAnswerLimit),
                    RenewAt = now,
                    StalledAt = After(now, _firstAnswerLimit * StallShare),
                };
            }

            lease.Holders.Add(holder);
            if (!_isRunning)
            {
                _isRunning = true;
                _receive = Task.Run(ReceiveAsync);
                _send = Task.Run(SendAsync);
            }
        }

        Wake();
        return holder;
    }

    public void Remove(LeaseKeepAlive holder)
    {
        lock (_lock)
        {
            if (_leases.TryGetValue(holder.Id, out var lease) && lease.Holders.Remove(holder)
                && lease.Holders.Count == 0)
            {
                _leases.Remove(holder.Id);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _receive.ConfigureAwait(false);
        await _send.ConfigureAwait(false);
        List<LeaseKeepAlive> ended;
        lock (_lock)
        {
            ended = [.. _leases.Values.SelectMany(lease => lease.Holders)];
            _leases.Clear();
        }

        ended.ForEach(holder => holder.End());
        _stop.Dispose();
        _wake.Dispose();
    }

    private async Task ReceiveAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var (call, endpoint) = await _caller.OpenAsync(
                    Path, LeaseKeepAliveResponse.Parser, _settings, _stop.Token).ConfigureAwait(false);
                using (call)
                {
                    try
                    {
                        Volatile.Write(ref _stream, call);
                        Wake();
                        await foreach (var answer in call.ReadAllAsync(_stop.Token).ConfigureAwait(false))
                        {
                            _caller.Succeeded(endpoint);
                            Take(answer);
                        }
                    }
                    catch (GrpcException problem)
                    {
                        _caller.Ended(endpoint, problem);
                    }
                    catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
                    {
                        // The sender gave it up: it did not answer.
                        _caller.Stalled(endpoint);
                    }
                    finally
                    {
                        Volatile.Write(ref _stream, null);
                    }
                }

                await Task.Delay(ReopenPause, _time, _stop.Token).ConfigureAwait(false);
            }
            catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (EtcdException)
            {
                // No token: the next attempt asks for one again. Leases that wait too long are told that they are lost.
                if (await StoppedWithinAsync(SendPause).ConfigureAwait(false))
                {
                    return;
                }
            }
        }
    }

    private async Task SendAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                EndLost();
                if (Volatile.Read(ref _stream) is { } stream)
                {
                    if (IsStalled())
                    {
                        stream.Dispose();
                    }

                    foreach (var id in Due())
                    {
                        await stream.WriteAsync(new LeaseKeepAliveRequest { ID = id }, _stop.Token)
                            .ConfigureAwait(false);
                    }
                }

                await _wake.WaitAsync(SendPause, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem) when (problem is System.Threading.Channels.ChannelClosedException
                or ObjectDisposedException or OperationCanceledException or GrpcException)
            {
                // The stream ended under the write: the next one gets what is due.
                if (await StoppedWithinAsync(ReopenPause).ConfigureAwait(false))
                {
                    return;
                }
            }
        }
    }

    private async Task<bool> StoppedWithinAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _time, _stop.Token).ConfigureAwait(false);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    private void Take(LeaseKeepAliveResponse answer)
    {
        LeaseKeepAlive[] holders;
        lock (_lock)
        {
            if (!_leases.TryGetValue(answer.ID, out var lease))
            {
                return;
            }

            holders = [.. lease.Holders];
            if (answer.TTL <= 0)
            {
                _leases.Remove(answer.ID);
            }
            else
            {
                var now = _time.GetTimestamp();
                var ttl = TimeSpan.FromSeconds(answer.TTL);
                lease.Deadline = After(now, ttl);
                lease.RenewAt = After(now, ttl / RenewalsPerTtl);
                lease.StalledAt = After(now, ttl * StallShare);
            }
        }

        foreach (var holder in holders)
        {
            if (answer.TTL <= 0)
            {
                holder.End();
            }
            else
            {
                holder.Answered(answer);
            }
        }
    }

    private List<long> Due()
    {
        var now = _time.GetTimestamp();
        lock (_lock)
        {
            return [.. _leases.Values.Where(lease => lease.RenewAt <= now).Select(lease => lease.Id)];
        }
    }

    private bool IsStalled()
    {
        var now = _time.GetTimestamp();
        lock (_lock)
        {
            var isStalled = false;
            foreach (var lease in _leases.Values)
            {
                if (lease.StalledAt <= now)
                {
                    // The next stream gets half of what is left.
                    isStalled = true;
                    lease.StalledAt = now + ((lease.Deadline - now) / 2);
                }
            }

            return isStalled;
        }
    }

    // A lease that nobody answered for as long as it lives may have expired.
    private void EndLost()
    {
        var now = _time.GetTimestamp();
        List<LeaseKeepAlive>? ended = null;
        lock (_lock)
        {
            foreach (var lease in _leases.Values.Where(lease => lease.Deadline < now).ToArray())
            {
                _leases.Remove(lease.Id);
                (ended ??= []).AddRange(lease.Holders);
            }
        }

        ended?.ForEach(holder => holder.End());
    }

    private void Wake()
    {
        try
        {
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }
        catch (SemaphoreFullException)
        {
            // Somebody else woke it.
        }
    }

    private long After(long timestamp, TimeSpan span) =>
        timestamp + (long)(span.TotalSeconds * _time.TimestampFrequency);
}
