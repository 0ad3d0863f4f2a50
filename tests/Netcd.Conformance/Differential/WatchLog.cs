using Netcd.Conformance.Infrastructure;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Differential;

/// <summary>
/// What one watch stream delivered, event by event. How events are grouped into responses depends on timing; their
/// order, contents and the life cycle of each watcher do not.
/// </summary>
internal sealed class WatchLog : IAsyncDisposable
{
    private readonly StreamingCall<WatchResponse> _call;
    private readonly Dictionary<long, List<string>> _byWatcher = [];
    private readonly Task _reader;
    private volatile bool _isSynced;

    public WatchLog(V3Client client)
    {
        _call = client.Watch();
        _reader = ReadAsync();
    }

    public ValueTask CreateAsync(WatchCreateRequest request) =>
        _call.WriteAsync(new WatchRequest { CreateRequest = request });

    /// <summary>
    /// Waits until the server has sent the watcher all history (or cancelled it): only then does a later compaction not
    /// race with it. The server answers a progress request once all watchers of the stream have caught up.
    /// </summary>
    public async Task WaitUntilSyncedAsync()
    {
        while (!_isSynced)
        {
            await _call.WriteAsync(new WatchRequest { ProgressRequest = new WatchProgressRequest() });
            await Task.Delay(20);
        }
    }

    /// <summary>The log so far, watcher by watcher.</summary>
    public string Text
    {
        get
        {
            lock (_byWatcher)
            {
                return string.Join(
                    '\n', _byWatcher.OrderBy(pair => pair.Key).SelectMany(pair => pair.Value.Select(line => $"{pair.Key} {line}")));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _call.Dispose();
        try
        {
            await _reader;
        }
        catch (Exception problem) when (problem is OperationCanceledException or GrpcException or IOException)
        {
            // The call was cancelled by us.
        }
    }

    private async Task ReadAsync()
    {
        await foreach (var response in _call.ReadAllAsync())
        {
            _isSynced |= response.Canceled || response.WatchId == -1;
            if (response.WatchId == -1 && !response.Created)
            {
                continue;
            }

            lock (_byWatcher)
            {
                if (!_byWatcher.TryGetValue(response.WatchId, out var lines))
                {
                    _byWatcher[response.WatchId] = lines = [];
                }

                if (response.Created || response.Canceled)
                {
                    lines.Add(
                        $"created={response.Created} canceled={response.Canceled} compact={response.CompactRevision} "
                        + $"reason={response.CancelReason}");
                }

                lines.AddRange(response.Events.Select(change => change.ToString()));
            }
        }
    }
}
