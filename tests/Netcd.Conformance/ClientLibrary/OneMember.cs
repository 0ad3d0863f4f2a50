using Netcd.Client;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.ClientLibrary;

/// <summary>One member with a client of the library.</summary>
internal sealed class OneMember : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly int _clientPort = FreePorts.Take();
    private readonly int _peerPort = FreePorts.Take();
    private ServerKind _kind;
    private EtcdServer? _server;

    public EtcdClient Client { get; private set; } = null!; // Set by StartAsync.

    public string Url => _server!.ClientUrl; // As above.

    public static async Task<OneMember> StartAsync(
        ServerKind kind, Func<EtcdClientOptions, EtcdClientOptions>? change = null, params string[] flags)
    {
        var one = new OneMember { _kind = kind };
        await one.StartServerAsync(flags);
        var options = new EtcdClientOptions { Endpoints = [one.Url], CommandTimeout = TimeSpan.FromSeconds(90) };
        one.Client = new EtcdClient(change?.Invoke(options) ?? options);
        return one;
    }

    /// <summary>kill -9, and the same member again, after a while.</summary>
    public async Task RestartAsync(TimeSpan away = default)
    {
        await _server!.DisposeAsync(); // Set by StartAsync.
        await Task.Delay(away);
        await StartServerAsync();
    }

    /// <summary>The keys that begin with a prefix.</summary>
    public async Task<List<string>> KeysAsync(string prefix)
    {
        var answer = await Client.Kv.GetAsync(prefix, new GetOptions { IsPrefix = true, KeysOnly = true });
        return [.. answer.Kvs.Select(pair => pair.Key.ToStringUtf8())];
    }

    public static Task UntilAsync(Func<Task<bool>> condition, TimeSpan? limit = null) =>
        Cluster.EtcdCluster.UntilAsync("it did not come so far", condition, limit ?? TimeSpan.FromMinutes(2));

    /// <summary>Another client of the member.</summary>
    public EtcdClient NewClient() => new(Client.Options);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _server!.DisposeAsync(); // As above.
        _directory.Dispose();
    }

    private async Task StartServerAsync(params string[] flags) =>
        _server = await EtcdServer.StartAsync(_kind, _directory.File("data"), _clientPort, _peerPort, flags);
}
