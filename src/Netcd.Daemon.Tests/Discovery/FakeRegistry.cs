using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Netcd.Daemon.Discovery;

namespace Netcd.Daemon.Tests.Discovery;

/// <summary>A key space in memory, whose connection can be made to fail.</summary>
internal sealed class FakeRegistry : IRegistry
{
    private readonly Lock _lock = new();
    private readonly List<RegistryEntry> _entries = [];
    private readonly List<ChannelWriter<RegistryEntry>> _watchers = [];
    private long _revision = 1;

    /// <summary>Calls that fail before one succeeds.</summary>
    internal int Failures { get; set; }

    internal bool HasWatcher
    {
        get
        {
            lock (_lock)
            {
                return _watchers.Count > 0;
            }
        }
    }

    internal IReadOnlyList<RegistryEntry> Entries => _entries;

    public Task<RegistryView> GetAsync(string key, bool isPrefix, CancellationToken cancellation)
    {
        FailIfDue();
        lock (_lock)
        {
            var found = _entries.Where(entry =>
                isPrefix ? entry.Key.StartsWith(key, StringComparison.Ordinal) : entry.Key == key);
            return Task.FromResult(new RegistryView([.. found.OrderBy(entry => entry.Key, StringComparer.Ordinal)], _revision));
        }
    }

    public Task PutAsync(string key, string value, CancellationToken cancellation)
    {
        FailIfDue();
        Set(key, value);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<RegistryEntry> WatchAsync(
        string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        FailIfDue();
        var channel = Channel.CreateUnbounded<RegistryEntry>();
        lock (_lock)
        {
            foreach (var entry in _entries.Where(entry => entry.CreateRevision >= fromRevision))
            {
                channel.Writer.TryWrite(entry);
            }

            _watchers.Add(channel.Writer);
        }

        await foreach (var entry in channel.Reader.ReadAllAsync(cancellation))
        {
            yield return entry;
        }
    }

    public void Dispose()
    {
    }

    internal void Set(string key, string value)
    {
        lock (_lock)
        {
            _revision++;
            var entry = new RegistryEntry(key, value, _revision);
            _entries.RemoveAll(one => one.Key == key);
            _entries.Add(entry);
            _watchers.ForEach(watcher => watcher.TryWrite(entry));
        }
    }

    internal void BreakWatches()
    {
        lock (_lock)
        {
            _watchers.ForEach(watcher => watcher.Complete(new RegistryException("the connection ended")));
            _watchers.Clear();
        }
    }

    private void FailIfDue()
    {
        if (Failures > 0)
        {
            Failures--;
            throw new RegistryException("connection refused");
        }
    }
}
