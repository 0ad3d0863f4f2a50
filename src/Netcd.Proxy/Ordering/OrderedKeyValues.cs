using Netcd.Client;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;
using Netcd.Proxy.Kv;

namespace Netcd.Proxy.Ordering;

/// <summary>
/// Reads that may be stale never go back in time: an answer that is older than one before is asked of another member.
/// Source: client/v3/ordering; etcd's own proxy wraps methods that it then does not call, so that its flag does
/// nothing but wait at start.
/// </summary>
/// <param name="members">The keys behind this layer.</param>
/// <param name="endpoints">How many endpoints there are.</param>
internal sealed class OrderedKeyValues(IKeyValues members, Func<int> endpoints) : IKeyValues
{
    // Each endpoint is asked that often before a reader is told.
    private const int Rounds = 5;

    private const string NoGreaterRevision =
        "etcdclient: no cluster members have a revision higher than the previously received revision";

    private long _revision;

    public Task<RangeResponse> RangeAsync(RangeRequest request, Caller caller, CancellationToken cancellation) =>
        AskAsync(
            () => members.RangeAsync(request, caller, cancellation), static response => response.Header.Revision);

    public Task<TxnResponse> TxnAsync(TxnRequest request, Caller caller, CancellationToken cancellation) =>
        IsStaleRead(request)
            ? AskAsync(
                () => members.TxnAsync(request, caller, cancellation), static response => response.Header.Revision)
            : NoteAsync(members.TxnAsync(request, caller, cancellation), static response => response.Header.Revision);

    public Task<PutResponse> PutAsync(PutRequest request, Caller caller, CancellationToken cancellation) =>
        NoteAsync(members.PutAsync(request, caller, cancellation), static response => response.Header.Revision);

    public Task<DeleteRangeResponse> DeleteRangeAsync(
        DeleteRangeRequest request, Caller caller, CancellationToken cancellation) =>
        NoteAsync(
            members.DeleteRangeAsync(request, caller, cancellation), static response => response.Header.Revision);

    public Task<CompactionResponse> CompactAsync(
        CompactionRequest request, Caller caller, CancellationToken cancellation) =>
        members.CompactAsync(request, caller, cancellation);

    // Anything that writes goes through the leader, and happens once.
    private static bool IsStaleRead(TxnRequest request) => request.Success.Concat(request.Failure).All(
        static operation => operation.RequestRange is { Serializable: true });

    private async Task<T> AskAsync<T>(Func<Task<T>> ask, Func<T, long> revisionOf)
    {
        var before = Volatile.Read(ref _revision);
        for (var attempt = 0; attempt <= Rounds * Math.Max(1, endpoints()); attempt++)
        {
            var response = await ask();
            if (revisionOf(response) >= before)
            {
                Note(revisionOf(response));
                return response;
            }
        }

        throw new EtcdException(StatusCode.Unknown, NoGreaterRevision);
    }

    private async Task<T> NoteAsync<T>(Task<T> answer, Func<T, long> revisionOf)
    {
        var response = await answer;
        Note(revisionOf(response));
        return response;
    }

    private void Note(long revision)
    {
        var known = Volatile.Read(ref _revision);
        while (revision > known)
        {
            var seen = Interlocked.CompareExchange(ref _revision, revision, known);
            if (seen == known)
            {
                return;
            }

            known = seen;
        }
    }
}
