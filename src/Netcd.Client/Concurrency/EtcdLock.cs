using Netcd.Client.Concurrency;

namespace Netcd.Client;

/// <summary>
/// A lock that excludes all processes that use the same name, those of etcd's Go client included: waiters queue up as
/// keys <c>name/lease</c>, the oldest holds the lock.
/// </summary>
/// <remarks>
/// A holder that loses its session loses the lock. What must not happen without it belongs into a transaction with
/// <see cref="IsOwner"/>, or stops with <see cref="EtcdSession.Lost"/>.
/// </remarks>
/// <example>
/// <code>
/// await using var session = await EtcdSession.OpenAsync(client);
/// var mutex = new EtcdLock(session, "jobs");
/// await mutex.LockAsync();
/// try
/// {
///     await WorkAsync(session.Lost);
/// }
/// finally
/// {
///     await mutex.UnlockAsync();
/// }
/// </code>
/// </example>
public sealed class EtcdLock
{
    private readonly EtcdSession _session;
    private readonly EtcdBytes _prefix;
    private long _revision;

    /// <summary>Makes the lock; nothing is asked of the cluster yet.</summary>
    public EtcdLock(EtcdSession session, EtcdBytes name)
    {
        _session = session;
        _prefix = Waiting.PrefixOf(name);
    }

    /// <summary>The key that stands for this holder; empty when it neither holds nor waits.</summary>
    public EtcdBytes Key { get; private set; }

    /// <summary>Header of the answer with which the lock was got.</summary>
    public ResponseHeader? Header { get; private set; }

    /// <summary>A condition for transactions: the lock is still held.</summary>
    public Compare IsOwner => Cmp.CreateRevision(Key).EqualTo(_revision);

    /// <summary>Waits until the lock is held.</summary>
    /// <exception cref="EtcdLockException">The session was lost while waiting.</exception>
    public async Task LockAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            if (await AcquireAsync(cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            await Waiting.UntilDeletedAsync(_session.Client, _prefix, _revision - 1, cancellationToken)
                .ConfigureAwait(false);

            // The key may have gone with the session meanwhile.
            var mine = await _session.Client.Kv.GetAsync(Key, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            if (mine.Kvs.Count == 0)
            {
                throw new EtcdLockException("mutex: session is expired");
            }

            Header = mine.Header;
        }
        catch
        {
            await LeaveQueueAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes the lock if nobody has it.</summary>
    /// <returns>Whether it is held now.</returns>
    public async Task<bool> TryLockAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            if (await AcquireAsync(cancellationToken).ConfigureAwait(false))
            {
                return true;
            }

            await UnlockAsync(cancellationToken).ConfigureAwait(false);
            return false;
        }
        catch
        {
            await LeaveQueueAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Gives the lock up.</summary>
    /// <exception cref="EtcdLockException">It is not held.</exception>
    public async Task UnlockAsync(CancellationToken cancellationToken = default)
    {
        if (Key.IsEmpty)
        {
            throw new EtcdLockException("mutex: lock has already been released");
        }

        // Deleting a key that is this session's alone does no harm a second time.
        await Waiting.RepeatedAsync(
            _session.Client,
            () => _session.Client.Kv.DeleteAsync(Key, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false);
        Key = EtcdBytes.Empty;
        _revision = 0;
    }

    // Queues up; true if nobody is before us.
    private async Task<bool> AcquireAsync(CancellationToken cancellationToken)
    {
        Key = Waiting.KeyOf(_prefix, _session.Lease);
        var owner = Op.Get(_prefix, GetOptions.FirstCreated);
        // When the answer is lost, whether we stand in the queue is unknown. The key is this session's alone: asking
        // again finds it.
        var answer = await Waiting.RepeatedAsync(
            _session.Client,
            () => _session.Client.Kv.Txn()
                .If(Cmp.CreateRevision(Key).EqualTo(0))
                .Then(Op.Put(Key, EtcdBytes.Empty, new PutOptions { Lease = _session.Lease }), owner)
                .Else(Op.Get(Key), owner)
                .CommitAsync(cancellationToken),
            cancellationToken).ConfigureAwait(false);
        _revision = answer.Succeeded
            ? answer.Header.Revision
            : answer.Responses[0].ResponseRange.Kvs[0].CreateRevision;
        var first = answer.Responses[1].ResponseRange.Kvs;
        if (first.Count > 0 && first[0].CreateRevision != _revision)
        {
            return false;
        }

        Header = answer.Header;
        return true;
    }

    // Also when the call that was to queue up was given up: it may have been carried out all the same.
    private async Task LeaveQueueAsync()
    {
        try
        {
            await _session.Client.WithTimeout(Waiting.LeaveLimit).Kv.DeleteAsync(Key)
                .ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is EtcdException or ObjectDisposedException)
        {
            // The key goes with the session.
        }

        Key = EtcdBytes.Empty;
        _revision = 0;
    }
}
