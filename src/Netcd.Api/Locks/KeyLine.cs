using System.Globalization;
using Google.Protobuf;
using Netcd.Api.Errors;
using Netcd.Api.Inner;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Api.Locks;

/// <summary>
/// The keys under a name, one for each lease that wants it, in the order of their creation: the oldest owns the name.
/// Upstream: client/v3/concurrency/key.go, mutex.go, election.go, session.go.
/// </summary>
internal sealed class KeyLine(InnerCaller caller, ByteString prefix)
{
    private const long SessionSeconds = 60;

    /// <summary>The keys under a name as clients give it.</summary>
    public static KeyLine Of(InnerCaller caller, ByteString name) =>
        new(caller, ByteString.CopyFrom([.. name.Span, (byte)'/']));

    /// <summary>A lease's key.</summary>
    public ByteString KeyOf(long lease)
    {
        // As Go's %x prints a negative number.
        var digits = lease < 0
            ? "-" + unchecked((ulong)-lease).ToString("x", CultureInfo.InvariantCulture)
            : lease.ToString("x", CultureInfo.InvariantCulture);
        return ByteString.CopyFrom([.. prefix.Span, .. System.Text.Encoding.ASCII.GetBytes(digits)]);
    }

    /// <summary>The given lease, or a new one that nobody keeps alive.</summary>
    public async Task<long> SessionAsync(long lease) =>
        lease != 0 ? lease : (await caller.GrantAsync(new LeaseGrantRequest { TTL = SessionSeconds })).ID;

    /// <summary>Reads the oldest key.</summary>
    public RangeRequest Oldest() => Read(RangeRequest.Types.SortOrder.Ascend);

    /// <summary>Returns when no key is left that was created at or before a revision.</summary>
    public async Task WaitForOlderAsync(long createRevisionMax, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var youngest = Read(RangeRequest.Types.SortOrder.Descend);
            youngest.MaxCreateRevision = createRevisionMax;
            var found = await caller.RangeAsync(youngest);
            if (found.Kvs.Count == 0)
            {
                return;
            }

            // Only the next older one is watched: a release wakes one waiter, not all.
            await WaitForDeletionAsync(found.Kvs[0].Key, found.Header.Revision, cancellation);
        }
    }

    private async Task WaitForDeletionAsync(ByteString key, long revision, CancellationToken cancellation)
    {
        using var watch = caller.Watch(new WatchCreateRequest { Key = key, StartRevision = revision });
        while (await watch.NextAsync(cancellation) is { } response)
        {
            if (response.Events.Any(static change => change.Type == Event.Types.EventType.Delete))
            {
                return;
            }

            if (response.Canceled)
            {
                throw new RefusedException(response.CompactRevision != 0
                    ? ErrorTable.Plain(ErrorTable.WatchCompactedReason)
                    : new Status(StatusCode.FailedPrecondition, response.CancelReason));
            }
        }

        throw new RefusedException(ErrorTable.LostWatcher);
    }

    private RangeRequest Read(RangeRequest.Types.SortOrder order) => new()
    {
        Key = prefix,
        RangeEnd = ByteString.CopyFrom([.. prefix.Span[..^1], (byte)(prefix.Span[^1] + 1)]),
        Limit = 1,
        SortOrder = order,
        SortTarget = RangeRequest.Types.SortTarget.Create,
    };
}
