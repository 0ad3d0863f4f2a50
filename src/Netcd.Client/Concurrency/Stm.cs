using Netcd.Proto.Mvcc;

namespace Netcd.Client;

/// <summary>
/// Software transactional memory: a body reads and writes keys as if it were alone; if another client changed what it
/// relied on, it runs again. The body must have no other effects than those on its <see cref="Stm"/>.
/// </summary>
/// <example>
/// <code>
/// await Stm.RunAsync(client, async stm =>
/// {
///     var from = long.Parse((await stm.GetAsync("from"))!.ToString());
///     var to = long.Parse((await stm.GetAsync("to"))!.ToString());
///     stm.Put("from", (from - 10).ToString());
///     stm.Put("to", (to + 10).ToString());
/// });
/// </code>
/// </example>
public sealed class Stm
{
    private readonly EtcdClient _client;
    private readonly StmIsolation _isolation;
    private readonly CancellationToken _cancellationToken;
    private readonly Dictionary<EtcdBytes, RangeResponse> _reads = [];
    private readonly Dictionary<EtcdBytes, StmWrite> _writes = [];

    // What the server told with a conflict: the next run's reads, if it makes them.
    private Dictionary<EtcdBytes, RangeResponse> _ahead = [];

    // The revision of the first read, at which the others are made too; 0 before it.
    private long _revision;

    private Stm(EtcdClient client, StmIsolation isolation, CancellationToken cancellationToken)
    {
        _client = client;
        _isolation = isolation;
        _cancellationToken = cancellationToken;
    }

    private bool IsSnapshot => _isolation is StmIsolation.SerializableSnapshot or StmIsolation.Serializable;

    /// <summary>Runs a body until it is committed without a conflict.</summary>
    /// <exception cref="EtcdException">A call failed; with Unavailable or DeadlineExceeded the commit may have
    /// happened.</exception>
    public static async Task<TxnResponse> RunAsync(
        EtcdClient client, Func<Stm, Task> body, StmOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var stm = new Stm(client, options?.Isolation ?? StmIsolation.SerializableSnapshot, cancellationToken);
        while (true)
        {
            stm.Reset();
            if (options is { Prefetch.Count: > 0 })
            {
                await stm.FetchAsync(options.Prefetch).ConfigureAwait(false);
            }

            await body(stm).ConfigureAwait(false);
            if (await stm.CommitAsync().ConfigureAwait(false) is { } answer)
            {
                return answer;
            }
        }
    }

    /// <summary>A key's value as this transaction sees it; null for a key that does not exist.</summary>
    public async Task<EtcdBytes?> GetAsync(EtcdBytes key)
    {
        if (_writes.TryGetValue(key, out var write))
        {
            return write.Value;
        }

        var pair = await PairAsync(key).ConfigureAwait(false);
        return pair is null ? (EtcdBytes?)null : new EtcdBytes(pair.Value);
    }

    /// <summary>The revision at which a key was last written; 0 for a key that does not exist.</summary>
    public async Task<long> RevisionAsync(EtcdBytes key) =>
        (await PairAsync(key).ConfigureAwait(false))?.ModRevision ?? 0;

    /// <summary>Writes a key, when the transaction commits.</summary>
    public void Put(EtcdBytes key, EtcdBytes value, PutOptions? options = null) =>
        _writes[key] = new StmWrite(value, Op.Put(key, value, options));

    /// <summary>Deletes a key, when the transaction commits.</summary>
    public void Delete(EtcdBytes key) => _writes[key] = new StmWrite(null, Op.Delete(key));

    private async Task<KeyValue?> PairAsync(EtcdBytes key)
    {
        if (!_reads.TryGetValue(key, out var answer))
        {
            await FetchAsync([key]).ConfigureAwait(false);
            answer = _reads[key];
        }

        return answer.Kvs.Count > 0 ? answer.Kvs[0] : null;
    }

    // All that is missing in one call, so that they are of one revision.
    private async Task FetchAsync(IEnumerable<EtcdBytes> keys)
    {
        var missing = new List<EtcdBytes>();
        foreach (var key in keys.Where(key => !_reads.ContainsKey(key)).Distinct())
        {
            // What is known ahead is of one revision; it counts only if this run reads at that one.
            if (_ahead.Remove(key, out var known) && (_revision == 0 || _revision == known.Header.Revision))
            {
                _reads[key] = known;
                _revision = known.Header.Revision;
            }
            else
            {
                missing.Add(key);
            }
        }

        if (missing.Count > 0)
        {
            var options = new GetOptions
            {
                Revision = IsSnapshot ? _revision : 0, IsSerializable = !IsSnapshot || _revision > 0,
            };
            var answer = await _client.Kv.Txn().Then([.. missing.Select(key => Op.Get(key, options))])
                .CommitAsync(_cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < missing.Count; i++)
            {
                _reads[missing[i]] = answer.Responses[i].ResponseRange;
            }

            _revision = _revision == 0 ? answer.Header.Revision : _revision;
        }
    }

    private async Task<TxnResponse?> CommitAsync()
    {
        var keys = _reads.Keys.ToArray();
        var answer = await _client.Kv.Txn()
            .If([.. Conflicts()])
            .Then([.. _writes.Values.Select(write => write.Operation)])
            .Else([.. IsSnapshot ? keys.Select(key => Op.Get(key)) : []])
            .CommitAsync(_cancellationToken).ConfigureAwait(false);
        if (answer.Succeeded)
        {
            return answer;
        }

        _ahead = [];
        for (var i = 0; i < answer.Responses.Count; i++)
        {
            _ahead[keys[i]] = answer.Responses[i].ResponseRange;
        }

        return null;
    }

    private IEnumerable<Compare> Conflicts()
    {
        if (_isolation == StmIsolation.ReadCommitted)
        {
            yield break;
        }

        foreach (var (key, read) in _reads)
        {
            yield return Cmp.ModRevision(key).EqualTo(read.Kvs.Count > 0 ? read.Kvs[0].ModRevision : 0);
        }

        if (_isolation == StmIsolation.SerializableSnapshot && _reads.Count > 0)
        {
            foreach (var key in _writes.Keys)
            {
                yield return Cmp.ModRevision(key).LessThan(_revision + 1);
            }
        }
    }

    private void Reset()
    {
        _reads.Clear();
        _writes.Clear();
        _revision = 0;
    }
}
