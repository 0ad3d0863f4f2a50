using Google.Protobuf;
using Netcd.Client;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Ctl.Commands.Mirror;

/// <summary>
/// Copies the keys with a prefix to another cluster as they were at one revision, then every change since, each
/// revision's changes together (client/v3/mirror). A write whose outcome is unknown is made again: the same write twice
/// changes nothing, and the next one waits for it.
/// </summary>
internal sealed class KeyMirror(
    EtcdClient source, EtcdClient destination, EtcdBytes prefix, EtcdBytes destinationPrefix)
{
    private const int PageKeys = 1000;
    private const int AttemptsMax = 200;

    // Well under the 1.5 MiB that a server takes by default.
    private const int TransactionBytesMax = 512 * 1024;

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    private readonly List<RequestOp> _operations = [];
    private int _bytes;
    private long _total;

    /// <summary>Most operations of one transaction.</summary>
    public int OperationsMax { get; init; } = 128;

    /// <summary>Keys and changes that were copied.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>Mirrors until it fails or is stopped.</summary>
    /// <param name="fromRevision">Take no copy, but the changes from this revision on; 0 for a copy first.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(long fromRevision, CancellationToken stop)
    {
        var revision = fromRevision - 1;
        if (revision <= 0)
        {
            revision = await CopyAsync(stop);
        }

        await FollowAsync(revision + 1, stop);
    }

    private async Task<long> CopyAsync(CancellationToken stop)
    {
        var range = KeyRange.Prefix(prefix);
        var request = new RangeRequest { Key = range.Key.Bytes, RangeEnd = range.End.Bytes, Limit = PageKeys };
        while (true)
        {
            var page = await source.Kv.RangeAsync(request, stop);
            request.Revision = request.Revision == 0 ? page.Header.Revision : request.Revision;
            foreach (var pair in page.Kvs)
            {
                await AddAsync(Op.Put(Moved(pair.Key), pair.Value), stop);
            }

            if (!page.More)
            {
                await CommitAsync(stop);
                return request.Revision;
            }

            request.Key = ByteString.CopyFrom([.. page.Kvs[^1].Key.Span, 0]);
        }
    }

    private async Task FollowAsync(long revision, CancellationToken stop)
    {
        var options = new WatchOptions { IsPrefix = true, StartRevision = revision };
        await foreach (var batch in source.Watch.WatchAsync(prefix, options, stop))
        {
            var last = 0L;
            foreach (var change in batch.Events)
            {
                // A key has one change in a revision, and a transaction one change for a key.
                if (last != 0 && change.Kv.ModRevision > last)
                {
                    await CommitAsync(stop);
                }

                last = change.Kv.ModRevision;
                var key = Moved(change.Kv.Key);
                var isPut = change.Type == Event.Types.EventType.Put;
                await AddAsync(isPut ? Op.Put(key, change.Kv.Value) : Op.Delete(key), stop);
            }

            await CommitAsync(stop);
        }
    }

    private async Task AddAsync(RequestOp operation, CancellationToken stop)
    {
        var bytes = operation.CalculateSize();
        if (_operations.Count == OperationsMax || (_operations.Count > 0 && _bytes + bytes > TransactionBytesMax))
        {
            await CommitAsync(stop);
        }

        _operations.Add(operation);
        _bytes += bytes;
    }

    private async Task CommitAsync(CancellationToken stop)
    {
        if (_operations.Count == 0)
        {
            return;
        }

        var request = new TxnRequest { Success = { _operations } };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await destination.Kv.TxnAsync(request, stop);
                break;
            }
            catch (EtcdException problem) when (problem.Code == StatusCode.Unavailable && attempt < AttemptsMax)
            {
                await Task.Delay(RetryPause, stop);
            }
        }

        Interlocked.Add(ref _total, _operations.Count);
        _operations.Clear();
        _bytes = 0;
    }

    private EtcdBytes Moved(ByteString key) =>
        EtcdBytes.FromMemory((byte[])[.. destinationPrefix.Bytes.Span, .. key.Span[prefix.Length..]]);
}
