using Netcd.Proto.Mvcc;

namespace Netcd.Client.Concurrency;

/// <summary>Waiting for keys to go (client/v3/concurrency/key.go).</summary>
internal static class Waiting
{
    /// <summary>How long one who gives up tries to take its key along.</summary>
    public static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Waits until no key with the prefix is left that was created up to a revision: for one after the other, the
    /// newest first, so that a release wakes one waiter and not all.
    /// </summary>
    public static async Task UntilDeletedAsync(
        EtcdClient client, EtcdBytes prefix, long createRevisionMax, CancellationToken cancellationToken)
    {
        var options = GetOptions.LastCreated with { MaxCreateRevision = createRevisionMax };
        while (true)
        {
            var answer = await client.Kv.GetAsync(prefix, options, cancellationToken).ConfigureAwait(false);
            if (answer.Kvs.Count == 0)
            {
                return;
            }

            await UntilDeletedAsync(client, answer.Kvs[0].Key, answer.Header.Revision, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>A write that may be made twice, made again while members are unavailable.</summary>
    public static async Task<T> RepeatedAsync<T>(
        EtcdClient client, Func<Task<T>> write, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await write().ConfigureAwait(false);
            }
            catch (EtcdException problem)
                when (problem.Code == StatusCode.Unavailable && attempt < client.Options.AttemptsMax)
            {
                await Task.Delay(client.Options.RetryPause, client.Options.Time, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    public static EtcdBytes KeyOf(EtcdBytes prefix, long lease) =>
        EtcdBytes.FromMemory((byte[])[.. prefix.Bytes.Span, .. EtcdBytes.FromString($"{lease:x}").Bytes.Span]);

    public static EtcdBytes PrefixOf(EtcdBytes name) =>
        EtcdBytes.FromMemory((byte[])[.. name.Bytes.Span, (byte)'/']);

    private static async Task UntilDeletedAsync(
        EtcdClient client, ByteString key, long revision, CancellationToken cancellationToken)
    {
        var options = new WatchOptions { StartRevision = revision };
        await foreach (var batch in client.Watch.WatchAsync(key, options, cancellationToken).ConfigureAwait(false))
        {
            if (batch.Events.Any(change => change.Type == Event.Types.EventType.Delete))
            {
                return;
            }
        }
    }
}
