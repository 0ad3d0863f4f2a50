using System.Threading.Channels;
using Netcd.Client.Calls;
using Netcd.Client.Endpoints;
using Netcd.Client.Namespaces;
using Netcd.Grpc.Client;

namespace Netcd.Client.Watch;

/// <summary>
/// The watchers that share a stream, and one stream after the other (client/v3/watch.go). When a stream breaks, all are
/// made again at the next one, from the revision after the last that was queued for their readers.
/// </summary>
internal sealed class WatchStreams(Caller caller, EtcdClientOptions options, CallSettings settings) : IAsyncDisposable
{
    private const string Path = "/etcdserverpb.Watch/Watch";
    private const int RefusalsMax = 3;

    private readonly WatchTable _table = new(options.WatchBatchesMax, options.WatchBytesMax);
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Lock _lock = new();
    private CancellationTokenSource? _stream;
    private Task _run = Task.CompletedTask;

    // Whether a member has ever answered; the running task's alone.
    private bool _wasServed;

    /// <summary>Nobody watches.</summary>
    public bool IsIdle => _table.IsEmpty;

    /// <summary>Adds a watcher; the server is asked as soon as there is a stream.</summary>
    public EtcdWatcher Begin(WatchCreateRequest request, KeySpace? keySpace, bool createdNotify)
    {
        request.WatchId = 0;
        var watcher = new EtcdWatcher(this, request, keySpace, createdNotify);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, typeof(EtcdClient));
            if (_table.Add(watcher))
            {
                _work.Release();
            }

            if (_run.IsCompleted)
            {
                _run = Task.Run(RunAsync);
            }
        }

        return watcher;
    }

    /// <summary>Asks for progress as soon as all watchers are made.</summary>
    public Task RequestProgressAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _table.RequestProgress()
            ? Task.CompletedTask
            : throw new InvalidOperationException("no stream found for context");
    }

    public void Taken(EtcdWatcher watcher, WatchResponse batch) => _table.Taken(watcher, batch);

    /// <summary>Ends a watcher, here and at the server.</summary>
    public void End(EtcdWatcher watcher, Exception? problem)
    {
        if (!_table.Remove(watcher))
        {
            return;
        }

        lock (_lock)
        {
            // Nobody is left: the stream ends, the next watcher opens another.
            if (_table.IsEmpty)
            {
                _ = _stream?.CancelAsync();
            }
        }

        watcher.Complete(problem);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task run;
        lock (_lock)
        {
            run = _run;
        }

        await run.ConfigureAwait(false);
        EndAll(new ObjectDisposedException(nameof(EtcdClient)));
        _stop.Dispose();
        _work.Dispose();
    }

    private async Task RunAsync()
    {
        var pauses = new StreamPauses();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _work.WaitAsync(_stop.Token).ConfigureAwait(false);
                while (!_table.IsEmpty)
                {
                    var began = options.Time.GetTimestamp();
                    var problem = await ServeAsync().ConfigureAwait(false);
                    if (problem is not null && IsFinal(problem))
                    {
                        EndAll(Caller.Translated(problem));
                        break;
                    }

                    var pause = pauses.After(options.Time.GetElapsedTime(began));
                    await Task.Delay(pause, options.Time, _stop.Token).ConfigureAwait(false);
                }
            }
            catch (EtcdException problem)
            {
                // No token can be had: wrong password, or no member within the time.
                EndAll(problem);
            }
            catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    // Anything but a member that went away is the server's last word, as it is for etcd's client.
    private static bool IsFinal(GrpcException problem) =>
        problem.Code is not (StatusCode.Unavailable or StatusCode.Internal)
        || problem.Status.Message == EtcdErrors.NoLeader;

    /// <summary>One stream from its opening to its end; null if it ended because nobody was left, or without an
    /// error.</summary>
    private async Task<GrpcException?> ServeAsync()
    {
        using var stream = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var outgoing = Channel.CreateUnbounded<WatchRequest>(new UnboundedChannelOptions { SingleReader = true });
        var sending = Task.CompletedTask;
        try
        {
            lock (_lock)
            {
                _stream = stream;
            }

            var (call, endpoint) = await caller.OpenAsync(Path, WatchResponse.Parser, settings, stream.Token)
                .ConfigureAwait(false);
            using (call)
            {
                _table.Attach(outgoing.Writer);
                sending = SendAsync(call, outgoing.Reader, stream.Token);
                return await ReceiveAsync(call, endpoint, stream.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return null;
        }
        catch (EtcdException problem) when (_wasServed && problem.Code == StatusCode.DeadlineExceeded)
        {
            // No member gave a token within the time; there was one before, so there may be one again.
            return null;
        }
        finally
        {
            _table.Detach();
            lock (_lock)
            {
                _stream = null;
            }

            outgoing.Writer.Complete();
            await stream.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(false);
        }
    }

    private async Task<GrpcException?> ReceiveAsync(
        StreamingCall<WatchResponse> call, EndpointState endpoint, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var response in call.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                caller.Succeeded(endpoint);
                _wasServed = true;
                if (await TakeAsync(response, cancellationToken).ConfigureAwait(false))
                {
                    continue;
                }

                // The token is renewed: the next stream carries it.
                return null;
            }

            return null;
        }
        catch (GrpcException problem)
        {
            caller.Ended(endpoint, problem);
            return problem;
        }
    }

    private static async Task SendAsync(
        StreamingCall<WatchResponse> call, ChannelReader<WatchRequest> outgoing, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var request in outgoing.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                await call.WriteAsync(request, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or ChannelClosedException
            or ObjectDisposedException or GrpcException)
        {
            // The stream is over; the receiving side says why.
        }
    }

    /// <summary>One answer. False if the stream has to be opened again with another token.</summary>
    private async ValueTask<bool> TakeAsync(WatchResponse response, CancellationToken cancellationToken)
    {
        var (ended, problem) = _table.Take(response);
        if (ended is null)
        {
            return true;
        }

        if (problem is not null && IsTokenRefused(problem) && ended.Refusals++ < RefusalsMax)
        {
            _table.Retry(ended);
            await Task.Delay(options.RetryPause, options.Time, cancellationToken).ConfigureAwait(false);
            return false;
        }

        End(ended, problem);
        return true;
    }

    private bool IsTokenRefused(EtcdException refusal) =>
        options is { Username.Length: > 0, Token: null }
        && (refusal.Description.Contains(EtcdErrors.InvalidAuthToken, StringComparison.Ordinal)
            || refusal.Description.Contains(EtcdErrors.AuthOldRevision, StringComparison.Ordinal));

    private void EndAll(Exception problem)
    {
        foreach (var watcher in _table.All)
        {
            End(watcher, problem);
        }
    }
}
