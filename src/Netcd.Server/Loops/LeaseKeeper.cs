using Netcd.Base;
using Netcd.Base.Metrics;
using Netcd.Base.Protobuf;
using Netcd.Mvcc;
using Netcd.Server.Requests;

namespace Netcd.Server.Loops;

/// <summary>
/// The leader's work for leases: what has expired is to be revoked, what has run for long to be checkpointed.
/// Housekeeper only.
/// </summary>
/// <param name="lessor">Knows what is due, while this member leads.</param>
/// <param name="status">Tells the term.</param>
/// <param name="isCheckpointing">Whether checkpoints are wanted.</param>
/// <param name="propose">
/// Proposes a request that only the leader of a term may make; the action is called when it is decided. False: not
/// taken.
/// </param>
/// <param name="expired">Counts the leases that are revoked.</param>
internal sealed class LeaseKeeper(
    Lessor lessor,
    MemberStatus status,
    bool isCheckpointing,
    Func<InternalRequestKind, byte[], Term, Action<Refusal>, bool> propose,
    Counter expired)
{
    private const int CheckpointsPerRequest = 1000;

    // Revocations proposed and not heard of; their answers come on other threads.
    private int _pending;

    private readonly List<LeaseId> _expired = [];
    private readonly List<LeaseCheckpoint> _checkpoints = [];

    // The term is read first: whatever is found expired was so for the leader of that term at the latest, and only that
    // one may say so.
    internal void Work()
    {
        var term = status.Term;
        if (!lessor.IsPrimary)
        {
            return;
        }

        lessor.TakeExpired(_expired, Math.Max(0, Limits.RevocationsPendingMax - Volatile.Read(ref _pending)));
        foreach (var lease in _expired)
        {
            var request = new byte[ProtoSize.Int64(1, lease.Value)];
            var writer = new ProtoWriter(request);
            writer.Int64(1, lease.Value);
            Interlocked.Increment(ref _pending);
            if (!propose(InternalRequestKind.LeaseRevoke, request, term, Revoked))
            {
                Revoked(Refusal.Stopped);
            }
        }

        _expired.Clear();
        if (isCheckpointing && lessor.TakeCheckpoints(_checkpoints, CheckpointsPerRequest) > 0)
        {
            propose(InternalRequestKind.LeaseCheckpoint, EncodeCheckpoints(), term, static _ => { });
            _checkpoints.Clear();
        }
    }

    private void Revoked(Refusal refusal)
    {
        Interlocked.Decrement(ref _pending);
        if (refusal == Refusal.None)
        {
            expired.Increment();
        }
    }

    private byte[] EncodeCheckpoints()
    {
        var size = 0;
        foreach (var checkpoint in _checkpoints)
        {
            size += ProtoSize.Delimited(1, SizeOf(checkpoint));
        }

        var request = new byte[size];
        var writer = new ProtoWriter(request);
        foreach (var checkpoint in _checkpoints)
        {
            writer.DelimitedHeader(1, SizeOf(checkpoint));
            writer.Int64(1, checkpoint.Id.Value);
            writer.Int64(2, checkpoint.RemainingTtlSeconds);
        }

        return request;
    }

    private static int SizeOf(in LeaseCheckpoint checkpoint) =>
        ProtoSize.Int64(1, checkpoint.Id.Value) + ProtoSize.Int64(2, checkpoint.RemainingTtlSeconds);
}
