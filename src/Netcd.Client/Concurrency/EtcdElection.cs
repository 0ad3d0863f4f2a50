using System.Runtime.CompilerServices;
using Netcd.Client.Concurrency;
using Netcd.Proto.Mvcc;

namespace Netcd.Client;

/// <summary>
/// An election of one leader among all processes that use the same name, those of etcd's Go client included:
/// candidates queue up as keys <c>name/lease</c> with their proposal as value, the oldest leads.
/// </summary>
/// <example>
/// <code>
/// await using var session = await EtcdSession.OpenAsync(client, ttlSeconds: 10);
/// var election = new EtcdElection(session, "scheduler");
/// await election.CampaignAsync("node-1");
/// await LeadAsync(session.Lost);
/// await election.ResignAsync();
/// </code>
/// </example>
public sealed class EtcdElection
{
    private readonly EtcdSession _session;
    private readonly EtcdBytes _prefix;

    /// <summary>Makes the election; nothing is asked of the cluster yet.</summary>
    public EtcdElection(EtcdSession session, EtcdBytes name)
    {
        _session = session;
        _prefix = Waiting.PrefixOf(name);
    }

    /// <summary>Goes on as a known candidate, for example after a restart.</summary>
    public EtcdElection(EtcdSession session, EtcdBytes name, EtcdBytes leaderKey, long leaderRevision)
        : this(session, name)
    {
        Key = leaderKey;
        Revision = leaderRevision;
    }

    /// <summary>This candidate's key; empty when it stands for nothing.</summary>
    public EtcdBytes Key { get; private set; }

    /// <summary>The revision at which the key was created: it orders the candidates.</summary>
    public long Revision { get; private set; }

    /// <summary>Header of the last answer to a proposal.</summary>
    public ResponseHeader? Header { get; private set; }

    /// <summary>Stands for election and waits until elected.</summary>
    public async Task CampaignAsync(EtcdBytes value, CancellationToken cancellationToken = default)
    {
        var client = _session.Client;
        var key = Waiting.KeyOf(_prefix, _session.Lease);
        var answer = await client.Kv.Txn()
            .If(Cmp.CreateRevision(key).EqualTo(0))
            .Then(Op.Put(key, value, new PutOptions { Lease = _session.Lease }))
            .Else(Op.Get(key))
            .CommitAsync(cancellationToken).ConfigureAwait(false);
        Key = key;
        Revision = answer.Header.Revision;
        try
        {
            if (!answer.Succeeded)
            {
                var standing = answer.Responses[0].ResponseRange.Kvs[0];
                Revision = standing.CreateRevision;
                if (!standing.Value.Equals(value.Bytes))
                {
                    await ProclaimAsync(value, cancellationToken).ConfigureAwait(false);
                }
            }

            await Waiting.UntilDeletedAsync(client, _prefix, Revision - 1, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await LeaveAsync().ConfigureAwait(false);
            throw;
        }

        Header = answer.Header;
    }

    /// <summary>Gives the leader another value without another election.</summary>
    /// <exception cref="EtcdElectionException">This candidate does not lead (any more).</exception>
    public async Task ProclaimAsync(EtcdBytes value, CancellationToken cancellationToken = default)
    {
        if (Key.IsEmpty)
        {
            throw new EtcdElectionException("election: not leader");
        }

        var answer = await _session.Client.Kv.Txn()
            .If(Cmp.CreateRevision(Key).EqualTo(Revision))
            .Then(Op.Put(Key, value, new PutOptions { Lease = _session.Lease }))
            .CommitAsync(cancellationToken).ConfigureAwait(false);
        if (!answer.Succeeded)
        {
            Key = EtcdBytes.Empty;
            throw new EtcdElectionException("election: not leader");
        }

        Header = answer.Header;
    }

    /// <summary>Stops leading, or standing: the next candidate leads.</summary>
    public async Task ResignAsync(CancellationToken cancellationToken = default)
    {
        if (Key.IsEmpty)
        {
            return;
        }

        var answer = await _session.Client.Kv.Txn()
            .If(Cmp.CreateRevision(Key).EqualTo(Revision))
            .Then(Op.Delete(Key))
            .CommitAsync(cancellationToken).ConfigureAwait(false);
        Header = answer.Header;
        Key = EtcdBytes.Empty;
    }

    /// <summary>The leader's key and value.</summary>
    /// <exception cref="EtcdElectionException">There is none.</exception>
    public async Task<RangeResponse> LeaderAsync(CancellationToken cancellationToken = default)
    {
        var answer = await _session.Client.Kv.GetAsync(_prefix, GetOptions.FirstCreated, cancellationToken)
            .ConfigureAwait(false);
        return answer.Kvs.Count > 0 ? answer : throw new EtcdElectionException("election: no leader");
    }

    /// <summary>
    /// The leader each time that it, or its value, changes; the newest at first. What changed faster than it was read
    /// may be left out, but never the newest.
    /// </summary>
    public IAsyncEnumerable<RangeResponse> ObserveAsync(CancellationToken cancellationToken = default) =>
        ObservePrefixAsync(_session.Client, _prefix, cancellationToken);

    /// <summary>The same for one who does not stand for election.</summary>
    public static IAsyncEnumerable<RangeResponse> ObserveAsync(
        EtcdClient client, EtcdBytes name, CancellationToken cancellationToken = default) =>
        ObservePrefixAsync(client, Waiting.PrefixOf(name), cancellationToken);

    private static async IAsyncEnumerable<RangeResponse> ObservePrefixAsync(
        EtcdClient client, EtcdBytes prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var leader = await client.Kv.GetAsync(prefix, GetOptions.FirstCreated, cancellationToken)
                .ConfigureAwait(false);
            if (leader.Kvs.Count == 0)
            {
                leader = await FirstPutAsync(client, prefix, leader.Header.Revision, cancellationToken)
                    .ConfigureAwait(false);
            }

            yield return leader;
            var options = new WatchOptions { StartRevision = leader.Header.Revision + 1 };
            var changes = client.Watch.WatchAsync(leader.Kvs[0].Key, options, cancellationToken);
            await foreach (var batch in changes.ConfigureAwait(false))
            {
                var isDeleted = false;
                foreach (var change in batch.Events)
                {
                    isDeleted = change.Type == Event.Types.EventType.Delete;
                    if (isDeleted)
                    {
                        break;
                    }

                    yield return new RangeResponse { Header = batch.Header, Kvs = { change.Kv }, Count = 1 };
                }

                if (isDeleted)
                {
                    break;
                }
            }
        }
    }

    private static async Task<RangeResponse> FirstPutAsync(
        EtcdClient client, EtcdBytes prefix, long revision, CancellationToken cancellationToken)
    {
        var options = new WatchOptions { IsPrefix = true, StartRevision = revision };
        await foreach (var batch in client.Watch.WatchAsync(prefix, options, cancellationToken).ConfigureAwait(false))
        {
            foreach (var change in batch.Events.Where(change => change.Type == Event.Types.EventType.Put))
            {
                // A batch may hold later changes of the same key: they come with the watch that begins after this one.
                var header = batch.Header.Clone();
                header.Revision = change.Kv.ModRevision;
                return new RangeResponse { Header = header, Kvs = { change.Kv }, Count = 1 };
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }

    private async Task LeaveAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(Waiting.LeaveLimit);
            await ResignAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is EtcdException or OperationCanceledException
            or ObjectDisposedException)
        {
            // The key goes with the session.
        }

        Key = EtcdBytes.Empty;
    }
}
