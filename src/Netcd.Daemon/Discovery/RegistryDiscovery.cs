using System.Globalization;
using Netcd.Base;
using Netcd.Server;

namespace Netcd.Daemon.Discovery;

/// <summary>
/// Discovery by an etcd that runs already (v3): members register below <c>/_etcd/registry/TOKEN/members</c> and wait
/// until as many have as <c>/_etcd/registry/TOKEN/_config/size</c> says; the first by create revision are the cluster.
/// Source: etcd's server/etcdserver/api/v3discovery/discovery.go.
/// </summary>
internal sealed class RegistryDiscovery(IRegistry registry, string token, TimeProvider time, ILogger logger)
    : IClusterDiscovery
{
    private readonly string _prefix = $"/_etcd/registry/{token}";

    // Registered members by key, in the order in which they registered.
    private readonly List<RegistryEntry> _members = [];
    private readonly Backoff _backoff = new(time, logger);

    public async Task<IReadOnlyList<InitialMember>> JoinAsync(
        MemberId self, string pairs, CancellationToken cancellation)
    {
        var key = $"{_prefix}/members/{self}";
        await CheckAsync(key, cancellation);
        await RetriedAsync("register member itself", () => RegisterAsync(key, pairs, cancellation), cancellation);
        var (size, revision) = await CheckAsync(key, cancellation);
        while (_members.Count < size)
        {
            revision = await WaitAsync(size, revision, cancellation);
        }

        Log.FoundAllPeers(logger, size, _members.Count);
        try
        {
            var cluster = string.Join(',', _members.Take(size).Select(member => member.Value));
            return InitialCluster.Parse(cluster);
        }
        catch (FlagValueException problem)
        {
            throw new DiscoveryException("discovery: invalid peer URL", problem);
        }
    }

    // How many members there are to be, and the revision of what is registered.
    private Task<(int Size, long Revision)> CheckAsync(string self, CancellationToken cancellation) =>
        RetriedAsync(
            "cluster status check",
            async () =>
            {
                var size = await SizeAsync(cancellation);
                var revision = await ReadMembersAsync(cancellation);
                var place = _members.FindIndex(member => member.Key == self);
                return _members.Count >= size && (place < 0 || place >= size)
                    ? throw new DiscoveryException("discovery: cluster is full")
                    : (size, revision);
            },
            cancellation);

    private async Task<int> SizeAsync(CancellationToken cancellation)
    {
        var view = await registry.GetAsync($"{_prefix}/_config/size", isPrefix: false, cancellation);
        if (view.Entries.Count == 0)
        {
            throw new DiscoveryException("discovery: size key not found");
        }

        return int.TryParse(
                view.Entries[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var size)
            && size > 0
                ? size
                : throw new DiscoveryException("discovery: size key is bad");
    }

    private async Task<long> ReadMembersAsync(CancellationToken cancellation)
    {
        var view = await registry.GetAsync($"{_prefix}/members", isPrefix: true, cancellation);
        foreach (var entry in view.Entries)
        {
            Add(entry);
        }

        return view.Revision;
    }

    private async Task<bool> RegisterAsync(string key, string pairs, CancellationToken cancellation)
    {
        await registry.PutAsync(key, pairs, cancellation);
        Log.RegisteredWithDiscovery(logger, key, pairs);
        return true;
    }

    // Until somebody registers or the connection ends; what was missed in between is read again.
    private async Task<long> WaitAsync(int size, long revision, CancellationToken cancellation)
    {
        Log.WaitingForPeers(logger, size, _members.Count);
        try
        {
            await foreach (var entry in registry.WatchAsync($"{_prefix}/members", revision + 1, cancellation))
            {
                Add(entry);
                if (_members.Count >= size)
                {
                    return revision;
                }
            }
        }
        catch (RegistryException problem)
        {
            Log.DiscoveryRequestFailed(logger, "watch", problem.Message);
        }

        await _backoff.PauseAsync("watch of members", cancellation);
        return await RetriedAsync("cluster status check", () => ReadMembersAsync(cancellation), cancellation);
    }

    private void Add(RegistryEntry entry)
    {
        var (key, value) = (entry.Key.Trim(), entry.Value.Trim());
        if (!value.Contains('='))
        {
            Log.InvalidPeer(logger, key, value);
            return;
        }

        if (_members.Exists(member => member.Key == key))
        {
            return;
        }

        Log.FoundPeer(logger, key, value);
        var place = _members.Count;
        while (place > 0 && _members[place - 1].CreateRevision > entry.CreateRevision)
        {
            place--;
        }

        _members.Insert(place, new RegistryEntry(key, value, entry.CreateRevision));
    }

    private async Task<T> RetriedAsync<T>(string step, Func<Task<T>> action, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var result = await action();
                _backoff.Reset();
                return result;
            }
            catch (RegistryException problem)
            {
                Log.DiscoveryRequestFailed(logger, step, problem.Message);
            }

            await _backoff.PauseAsync(step, cancellation);
        }
    }
}
