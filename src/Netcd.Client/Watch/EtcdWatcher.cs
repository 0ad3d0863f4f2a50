using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Netcd.Client.Namespaces;
using Netcd.Client.Watch;

namespace Netcd.Client;

/// <summary>One watch, made by <see cref="WatchClient.OpenAsync(EtcdBytes, WatchOptions, CancellationToken)"/>.
/// Disposing ends it.</summary>
/// <example>
/// <code>
/// await using var watcher = await client.Watch.OpenAsync("key");
/// await client.Kv.PutAsync("key", "value"); // Certainly seen.
/// await foreach (var batch in watcher.ReadAllAsync())
/// {
///     Console.WriteLine(batch.Events[0].Kv.Value.ToStringUtf8());
///     break;
/// }
/// </code>
/// </example>
public sealed class EtcdWatcher : IAsyncDisposable
{
    private readonly WatchStreams _streams;
    private readonly TaskCompletionSource _created = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Bounded by the streams: a watcher that holds too much is parked.
    private readonly Channel<WatchResponse> _batches = Channel.CreateUnbounded<WatchResponse>(
        new UnboundedChannelOptions { SingleReader = false });

    internal EtcdWatcher(WatchStreams streams, WatchCreateRequest request, KeySpace? keySpace, bool createdNotify)
    {
        _streams = streams;
        Request = request;
        KeySpace = keySpace;
        CreatedNotify = createdNotify;
        NextRevision = request.StartRevision;
    }

    /// <summary>The store's revision when the watch was first made: later changes will come.</summary>
    public long CreatedRevision { get; internal set; }

    /// <summary>What to ask the server; asked again, it starts at <see cref="NextRevision"/>.</summary>
    internal WatchCreateRequest Request { get; }

    internal KeySpace? KeySpace { get; }

    internal bool CreatedNotify { get; }

    // All below is guarded by the streams' lock.

    /// <summary>The first revision that has not been queued for the reader; 0 as long as none is known.</summary>
    internal long NextRevision { get; set; }

    internal WatcherState State { get; set; }

    /// <summary>Its id on the present stream.</summary>
    internal long WatchId { get; set; } = -1;

    /// <summary>The store's revision when it was made on the present stream.</summary>
    internal long StreamRevision { get; set; }

    /// <summary>Answers that may come to requests for progress which were sent before it was made.</summary>
    internal int ForeignProgress { get; set; }

    /// <summary>Events of a fragmented batch whose last revision may not be whole yet.</summary>
    internal WatchResponse? Fragment { get; set; }

    internal int HeldBatches { get; set; }

    internal long HeldBytes { get; set; }

    /// <summary>How often its token was refused in a row.</summary>
    internal int Refusals { get; set; }

    /// <summary>The batches as they come, until the watch fails or the reader cancels.</summary>
    /// <exception cref="CompactedException">Revisions that were asked for are compacted.</exception>
    /// <exception cref="EtcdException">The server refused the watch, or ended it.</exception>
    public async IAsyncEnumerable<WatchResponse> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await _batches.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (TryTake(out var batch))
            {
                _streams.Taken(this, batch);
                cancellationToken.ThrowIfCancellationRequested();
                yield return batch;
            }
        }
    }

    /// <summary>Ends the watch.</summary>
    public ValueTask DisposeAsync()
    {
        _streams.End(this, problem: null);
        return ValueTask.CompletedTask;
    }

    internal Task CreatedAsync(CancellationToken cancellationToken) => _created.Task.WaitAsync(cancellationToken);

    internal bool TryTake([NotNullWhen(true)] out WatchResponse? batch) => _batches.Reader.TryRead(out batch);

    internal void SetCreated() => _created.TrySetResult();

    internal void Queue(WatchResponse batch) => _batches.Writer.TryWrite(batch);

    internal void Complete(Exception? problem)
    {
        _batches.Writer.TryComplete(problem);
        if (problem is null)
        {
            _created.TrySetCanceled();
        }
        else if (_created.TrySetException(problem))
        {
            // Nobody may be waiting: the reader is told the same.
            _ = _created.Task.Exception;
        }
    }
}
