using System.Runtime.CompilerServices;

namespace Netcd.Client;

/// <summary>
/// Watches: changes of keys as they happen, or from a revision on. All watches of a client share one stream. When it
/// breaks they go on at another endpoint after the last revision that came: no event is lost and none comes twice.
/// </summary>
/// <example>
/// <code>
/// await foreach (var batch in client.Watch.WatchAsync("users/", new WatchOptions { IsPrefix = true }, stop))
/// {
///     foreach (var change in batch.Events)
///     {
///         Console.WriteLine($"{change.Type} {change.Kv.Key.ToStringUtf8()} at {change.Kv.ModRevision}");
///     }
/// }
/// </code>
/// </example>
public sealed class WatchClient
{
    private static readonly WatchOptions DefaultOptions = new();

    private readonly EtcdClient _client;

    internal WatchClient(EtcdClient client) => _client = client;

    /// <summary>
    /// Changes of a key, or of the keys that the options say, until the caller stops reading or cancels.
    /// </summary>
    /// <exception cref="CompactedException">Revisions that were asked for are compacted.</exception>
    /// <exception cref="EtcdException">The server refused the watch.</exception>
    public async IAsyncEnumerable<WatchResponse> WatchAsync(
        EtcdBytes key, WatchOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var watcher = Begin((options ?? DefaultOptions).ToRequest(key), options is { CreatedNotify: true });
        await using (watcher.ConfigureAwait(false))
        {
            await foreach (var batch in watcher.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return batch;
            }
        }
    }

    /// <summary>
    /// The same in two steps: when this returns, the server watches, and everything after
    /// <see cref="EtcdWatcher.CreatedRevision"/> will come.
    /// </summary>
    public Task<EtcdWatcher> OpenAsync(
        EtcdBytes key, WatchOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(
            (options ?? DefaultOptions).ToRequest(key), options is { CreatedNotify: true }, cancellationToken);

    /// <summary>The same with etcd's own request; its id is the client's affair.</summary>
    public Task<EtcdWatcher> OpenAsync(WatchCreateRequest request, CancellationToken cancellationToken = default) =>
        OpenAsync(request.Clone(), createdNotify: false, cancellationToken);

    /// <summary>
    /// Asks the server to tell all watches of this client (with these settings) how far they are: each gets a batch
    /// without events when it has everything up to its header's revision.
    /// </summary>
    public Task RequestProgressAsync(CancellationToken cancellationToken = default) =>
        _client.Core.RequestProgressAsync(_client.Settings, cancellationToken);

    private async Task<EtcdWatcher> OpenAsync(
        WatchCreateRequest request, bool createdNotify, CancellationToken cancellationToken)
    {
        var watcher = Begin(request, createdNotify);
        try
        {
            await watcher.CreatedAsync(cancellationToken).ConfigureAwait(false);
            return watcher;
        }
        catch
        {
            await watcher.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private EtcdWatcher Begin(WatchCreateRequest request, bool createdNotify) =>
        _client.Core.BeginWatch(
            _client.Settings, _client.KeySpace?.Inside(request) ?? request, _client.KeySpace, createdNotify);
}
