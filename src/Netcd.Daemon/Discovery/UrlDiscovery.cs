using System.Globalization;
using Netcd.Base;
using Netcd.Server;

namespace Netcd.Daemon.Discovery;

/// <summary>
/// <c>--discovery URL</c>, the old discovery by the version 2 keys API: members create a key each below the URL's path
/// and wait until as many have as <c>_config/size</c> there says. Source: etcd's
/// server/etcdserver/api/v2discovery/discovery.go.
/// </summary>
internal sealed class UrlDiscovery(string url, string proxy, TimeProvider time, ILogger logger) : IClusterDiscovery
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private readonly Backoff _backoff = new(time, logger);

    public async Task<IReadOnlyList<InitialMember>> JoinAsync(
        MemberId self, string pairs, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
        {
            throw new DiscoveryException($"parse \"{url}\": invalid URL");
        }

        Log.UrlDiscoveryIsDeprecated(logger);
        using var client = new KeysClient(parsed.GetLeftPart(UriPartial.Authority), proxy);
        var path = parsed.AbsolutePath.TrimEnd('/');
        var name = self.ToString();
        await CheckAsync(client, path, name, cancellation);
        await CreateAsync(client, $"{path}/{name}", pairs, cancellation);
        while (true)
        {
            var (nodes, size, index) = await CheckAsync(client, path, name, cancellation);
            if (await WaitAsync(client, path, nodes, size, index, cancellation))
            {
                return ClusterOf(nodes, size);
            }
        }
    }

    private static IReadOnlyList<InitialMember> ClusterOf(List<KeysNode> nodes, int size)
    {
        IReadOnlyList<InitialMember> members;
        try
        {
            members = InitialCluster.Parse(string.Join(',', nodes.Select(node => node.Value)));
        }
        catch (FlagValueException problem)
        {
            throw new DiscoveryException("discovery: invalid URL", problem);
        }

        return members.Count == size
            ? members
            : throw new DiscoveryException("discovery: found duplicate name");
    }

    private async Task CreateAsync(KeysClient client, string key, string pairs, CancellationToken cancellation)
    {
        try
        {
            var created = await LimitedAsync(limit => client.CreateAsync(key, pairs, limit), cancellation);

            // Other servers of the service may need a moment to have it.
            while (created is not null
                && await client.WaitAsync(key, created.Node.CreatedIndex, isRecursive: false, cancellation) is null)
            {
            }
        }
        catch (KeysException refused)
        {
            throw new DiscoveryException(
                refused.Code == KeysException.NodeExists ? "discovery: found duplicate id" : refused.Message, refused);
        }
        catch (RegistryException problem)
        {
            throw new DiscoveryException(problem.Message, problem);
        }
    }

    private async Task<(List<KeysNode> Nodes, int Size, ulong Index)> CheckAsync(
        KeysClient client, string path, string self, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var (nodes, size, index) = await ReadAsync(client, path, cancellation);
                var place = nodes.FindIndex(node => node.Name == self);
                return nodes.Count >= size && (place < 0 || place >= size)
                    ? throw new DiscoveryException("discovery: cluster is full")
                    : (nodes[..Math.Min(size, nodes.Count)], size, index);
            }
            catch (KeysException refused)
            {
                throw new DiscoveryException(refused.Message, refused);
            }
            catch (RegistryException problem)
            {
                Log.DiscoveryRequestFailed(logger, "cluster status check", problem.Message);
            }

            await _backoff.PauseAsync("cluster status check", cancellation);
        }
    }

    private static async Task<(List<KeysNode> Nodes, int Size, ulong Index)> ReadAsync(
        KeysClient client, string path, CancellationToken cancellation)
    {
        var config = await LimitedAsync(limit => client.GetAsync($"{path}/_config/size", limit), cancellation);
        if (!int.TryParse(config?.Node.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            || size == 0)
        {
            throw new DiscoveryException("discovery: size key is bad");
        }

        var answer = await LimitedAsync(limit => client.GetAsync(path, limit), cancellation);
        var nodes = (answer?.Node.Nodes ?? []).Where(node => node.Name != "_config");
        return ([.. nodes.OrderBy(node => node.CreatedIndex)], size, answer?.Index ?? 0);
    }

    // Adds to the nodes what comes; false if the connection ended first.
    private async Task<bool> WaitAsync(
        KeysClient client, string path, List<KeysNode> nodes, int size, ulong index, CancellationToken cancellation)
    {
        while (nodes.Count < size)
        {
            Log.WaitingForPeers(logger, size, nodes.Count);
            try
            {
                if (await client.WaitAsync(path, index + 1, isRecursive: true, cancellation) is { } change)
                {
                    Log.FoundPeer(logger, change.Node.Key, change.Node.Value);
                    index = change.Node.ModifiedIndex;
                    nodes.Add(change.Node);
                    _backoff.Reset();
                }
            }
            catch (KeysException refused) when (refused.Code == KeysException.EventIndexCleared)
            {
                return false;
            }
            catch (KeysException refused)
            {
                throw new DiscoveryException(refused.Message, refused);
            }
            catch (RegistryException problem)
            {
                Log.DiscoveryRequestFailed(logger, "waiting for other nodes", problem.Message);
                await _backoff.PauseAsync("waiting for other nodes", cancellation);
                return false;
            }
        }

        Log.FoundAllPeers(logger, size, nodes.Count);
        return true;
    }

    private static async Task<KeysAnswer?> LimitedAsync(
        Func<CancellationToken, Task<KeysAnswer?>> call, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(RequestTimeout);
        try
        {
            return await call(limit.Token);
        }
        catch (OperationCanceledException problem) when (!cancellation.IsCancellationRequested)
        {
            throw new DiscoveryException("context deadline exceeded", problem);
        }
    }
}
