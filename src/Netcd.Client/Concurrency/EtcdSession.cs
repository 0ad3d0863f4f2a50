namespace Netcd.Client;

/// <summary>
/// A lease kept alive for as long as the session lives: what locks and elections hang on. When its process dies, the
/// lease expires and with it everything that the session held.
/// </summary>
/// <example>
/// <code>
/// await using var session = await EtcdSession.OpenAsync(client, ttlSeconds: 10);
/// var mutex = new EtcdLock(session, "jobs");
/// await mutex.LockAsync();
/// </code>
/// </example>
public sealed class EtcdSession : IAsyncDisposable
{
    private readonly LeaseKeepAlive _keepAlive;
    // Nobody waits longer for a lease to be ended.
    private const long EndSecondsMax = 24 * 60 * 60;

    private readonly long _ttlSeconds;
    private int _isOrphaned;

    private EtcdSession(EtcdClient client, LeaseKeepAlive keepAlive, long ttlSeconds)
    {
        Client = client;
        _keepAlive = keepAlive;
        _ttlSeconds = ttlSeconds;
    }

    /// <summary>The session's client.</summary>
    public EtcdClient Client { get; }

    /// <summary>The session's lease.</summary>
    public long Lease => _keepAlive.Id;

    /// <summary>Cancelled when the lease is gone or no longer kept alive.</summary>
    public CancellationToken Lost => _keepAlive.Lost;

    /// <summary>Begins a session.</summary>
    /// <param name="client">The client.</param>
    /// <param name="ttlSeconds">Time after which others take the session for dead.</param>
    /// <param name="lease">A lease to go on with; 0 for a new one.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public static async Task<EtcdSession> OpenAsync(
        EtcdClient client, long ttlSeconds = 60, long lease = 0, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ttlSeconds);
        if (lease == 0)
        {
            var answer = await client.Leases.GrantAsync(ttlSeconds, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            lease = answer.ID;
        }

        return new EtcdSession(client, client.Leases.KeepAlive(lease), ttlSeconds);
    }

    /// <summary>Stops keeping the lease alive and leaves it to its time.</summary>
    public ValueTask OrphanAsync()
    {
        Interlocked.Exchange(ref _isOrphaned, 1);
        return _keepAlive.DisposeAsync();
    }

    /// <summary>Ends the session and its lease. A lease that cannot be ended in its time ends by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isOrphaned, 1) != 0)
        {
            return;
        }

        await _keepAlive.DisposeAsync().ConfigureAwait(false);
        try
        {
            var limit = TimeSpan.FromSeconds(Math.Min(_ttlSeconds, EndSecondsMax));
            await Client.WithTimeout(limit).Leases.RevokeAsync(Lease)
                .ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is EtcdException or ObjectDisposedException)
        {
            // Gone already, or about to go by itself.
        }
    }
}
