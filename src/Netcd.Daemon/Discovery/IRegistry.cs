namespace Netcd.Daemon.Discovery;

/// <summary>
/// The key space of the etcd that serves as discovery service. Calls throw <see cref="RegistryException"/> when it
/// cannot be reached or refuses; they may be tried again.
/// </summary>
internal interface IRegistry : IDisposable
{
    Task<RegistryView> GetAsync(string key, bool isPrefix, CancellationToken cancellation);

    Task PutAsync(string key, string value, CancellationToken cancellation);

    /// <summary>Keys that are set below a prefix from a revision on, until the connection ends.</summary>
    IAsyncEnumerable<RegistryEntry> WatchAsync(string prefix, long fromRevision, CancellationToken cancellation);
}
