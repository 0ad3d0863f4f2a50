using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Base.Records;
using Netcd.Mvcc;
using Netcd.Server.Auth;
using Netcd.Server.KeyValues;
using Netcd.Server.Membership;
using Netcd.Server.Requests;
using Netcd.Server.SlowRequests;
using Netcd.Server.Waiting;

namespace Netcd.Server.Apply;

/// <summary>
/// Carries out normal entries of the log, each exactly once in the backend: those at or below its consistent index only
/// touch the view of membership that is being replayed. The outcome depends on state and entry alone, so that every
/// member, Go or C#, comes to the same. Applier only, inside a write section.
/// </summary>
internal sealed class EntryApplier
{
    private readonly MvccStore _store;
    private readonly Lessor _lessor;
    private readonly ClusterState _cluster;
    private readonly MembershipView _replayed;
    private readonly AlarmStore _alarms;
    private readonly Quota _quota;
    private readonly PendingTable _pending;
    private readonly IApplyEvents _events;
    private readonly KeyValueApplier _keyValues;
    private readonly AuthStore _auth;
    private readonly AuthApplier _authRequests;
    private readonly BodyWriter _answer = new();

    internal EntryApplier(
        MemberParts parts,
        MembershipView replayed,
        PendingTable pending,
        IApplyEvents events,
        TxnTimes? times = null,
        AuthLog? authLog = null)
    {
        _store = parts.Store;
        _lessor = parts.Lessor;
        _cluster = parts.Cluster;
        _alarms = parts.Alarms;
        _quota = parts.Quota;
        _replayed = replayed;
        _pending = pending;
        _events = events;
        _keyValues = new KeyValueApplier(_store, _lessor) { Times = times };
        _auth = parts.Auth;
        _authRequests = new AuthApplier(_auth, parts.Tokens, authLog);
    }

    /// <summary>What became of the entry that was applied last.</summary>
    internal Outcome Last { get; private set; }


    /// <summary>Applies a normal entry and answers whoever waits for it.</summary>
    internal void Apply(in Entry entry)
    {
        Last = default;
        var isFresh = entry.Index > _store.Backend.ConsistentIndex;
        if (entry.Data.IsEmpty)
        {
            _events.TermStarted(entry.Term);
        }
        else
        {
            ApplyData(entry, isFresh);
        }

        if (isFresh)
        {
            _store.Backend.SetConsistent(entry.Index, entry.Term);
        }
    }

    private void ApplyData(in Entry entry, bool isFresh)
    {
        InternalRequestView request;
        try
        {
            request = InternalRequestView.Parse(entry.Data.Span);
        }
        catch (ProtoException)
        {
            ApplyV2(entry, entry.Data.Span, isFresh);
            return;
        }

        switch (request.Kind)
        {
            case InternalRequestKind.V2:
                ApplyV2(entry, request.Message, isFresh);
                break;
            case InternalRequestKind.ClusterVersionSet:
                SetVersion(MembershipRequests.DecodeVersion(request.Message), isFresh);
                Answer(request.Id, Refusal.None, 0);
                break;
            case InternalRequestKind.ClusterMemberAttributesSet:
                var (id, name, urls) = MembershipRequests.DecodeAttributes(request.Message);
                SetAttributes(new ClusterMember(id, name, [], urls, IsLearner: false), isFresh);
                Answer(request.Id, Refusal.None, 0);
                break;
            case InternalRequestKind.DowngradeInfoSet:
                if (isFresh)
                {
                    _cluster.SetDowngradeTarget(MembershipRequests.DecodeDowngrade(request.Message));
                }

                Answer(request.Id, Refusal.None, 0);
                break;
            case InternalRequestKind.DowngradeVersionTest:
                break;
            default:
                if (isFresh)
                {
                    ApplyToStore(entry, request);
                }

                break;
        }
    }

    private void ApplyV2(in Entry entry, ReadOnlySpan<byte> message, bool isFresh)
    {
        V2Request request;
        try
        {
            request = V2Request.Parse(message);
        }
        catch (ProtoException malformed)
        {
            throw new CorruptionException($"log entry {entry.Index}", malformed.Message, malformed);
        }

        if (request.TryReadAttributes(out var member))
        {
            SetAttributes(member, isFresh);
        }
        else if (request.SetsVersion)
        {
            SetVersion(request.Value, isFresh);
        }
        else
        {
            // 3.6 refuses these too: user data of the version 2 API has no place any more.
            throw new CorruptionException(
                $"log entry {entry.Index}", $"disallowed version 2 request {request.Method} {request.Path}");
        }
    }

    private void SetVersion(string version, bool isFresh)
    {
        if (!isFresh)
        {
            _replayed.Version = version;
            return;
        }

        var previous = _cluster.Version;
        _cluster.SetVersion(version);
        _events.ClusterVersionChanged(previous, version);
    }

    private void SetAttributes(ClusterMember member, bool isFresh)
    {
        if (isFresh)
        {
            _cluster.SetAttributes(member.Id, member.Name, member.ClientUrls);
            _events.MembershipChanged();
        }
        else if (_replayed.TryGet(member.Id, out var present))
        {
            _replayed.Set(present with { Name = member.Name, ClientUrls = member.ClientUrls });
        }
    }

    private void ApplyToStore(in Entry entry, in InternalRequestView request)
    {
        _answer.Clear();
        switch (request.Kind)
        {
            case InternalRequestKind.Put or InternalRequestKind.Txn or InternalRequestKind.LeaseGrant:
                ApplyGrowing(request);
                break;
            case InternalRequestKind.DeleteRange:
                DeleteRange(request);
                break;
            case InternalRequestKind.Compaction:
                ApplyCompaction(request);
                break;
            case InternalRequestKind.LeaseRevoke:
                var refusal = CheckRequest(request);
                Answer(request.Id, refusal == Refusal.None ? RevokeLease(request.Message) : refusal, 0);
                break;
            case InternalRequestKind.LeaseCheckpoint:
                CheckpointLeases(request.Message);
                Answer(request.Id, Refusal.None, 0);
                break;
            case InternalRequestKind.Alarm:
                _alarms.Apply(AlarmRequestView.Parse(request.Message), _answer);
                Answer(request.Id, Refusal.None, 0);
                break;
            case InternalRequestKind.Range:
                // No effect; this program never puts them into the log.
                Answer(request.Id, Refusal.UnknownMethod, 0);
                break;
            case var kind when AuthApplier.Handles(kind):
                Answer(request.Id, _authRequests.Apply(request, entry.Index, _answer), 0);
                break;
            default:
                throw new UnsupportedEntryException(entry.Index, request.Kind);
        }
    }

    private void DeleteRange(in InternalRequestView request)
    {
        var deleted = 0L;
        var refusal = CheckRequest(request);
        if (refusal == Refusal.None)
        {
            _keyValues.DeleteRange(DeleteRangeRequestView.Parse(request.Message), _answer, out deleted);
        }

        Answer(request.Id, refusal, deleted);
    }

    // The CORRUPT alarm comes before permissions, as in etcd's chain of appliers.
    private Refusal CheckRequest(in InternalRequestView request)
    {
        var refusal = CorruptRefusal();
        return refusal == Refusal.None && _auth.State.IsEnabled ? CheckPermission(request) : refusal;
    }

    private Refusal CheckPermission(in InternalRequestView request)
    {
        var permissions = new Permissions(_auth.State, _lessor, request.UserName, request.AuthRevision);
        return request.Kind switch
        {
            InternalRequestKind.Put => permissions.Put(PutRequestView.Parse(request.Message)),
            InternalRequestKind.DeleteRange => permissions.Delete(DeleteRangeRequestView.Parse(request.Message)),
            InternalRequestKind.Txn => permissions.Txn(TxnRequestView.Parse(request.Message)),
            InternalRequestKind.LeaseRevoke => permissions.WriteLease(LeaseIdRequest.Parse(request.Message)),
            _ => Refusal.None,
        };
    }

    private Refusal CorruptRefusal() => _alarms.Has(AlarmType.Corrupt) ? Refusal.Corrupt : Refusal.None;

    // etcd's chain for requests that take space: corrupt, capped, auth, quota, backend. The quota applier carries the
    // request out and refuses it afterwards, so that members that differ in size still have equal data.
    private void ApplyGrowing(in InternalRequestView request)
    {
        var refusal = CorruptRefusal();
        var cost = Quota.CostOf(request.Kind, request.Message);
        if (refusal == Refusal.None && cost > 0 && _alarms.Has(AlarmType.NoSpace))
        {
            refusal = Refusal.NoSpace;
        }

        if (refusal == Refusal.None && _auth.State.IsEnabled)
        {
            refusal = CheckPermission(request);
        }

        if (refusal != Refusal.None)
        {
            Answer(request.Id, refusal, 0);
            return;
        }

        var fits = _quota.IsAvailable(cost);
        var revision = 0L;
        refusal = request.Kind switch
        {
            InternalRequestKind.Put => _keyValues.Put(PutRequestView.Parse(request.Message), _answer, out revision),
            InternalRequestKind.Txn => _keyValues.Txn(TxnRequestView.Parse(request.Message), _answer, out revision),
            _ => GrantLease(request.Message),
        };
        if (refusal == Refusal.None && !fits)
        {
            _pending.TryTake(request.Id, out var waiting);
            Last = new Outcome(Refusal.NoSpace, revision, _answer.Written.Length, waiting.Started);
            _events.QuotaExceeded(waiting.Waiter);
            _events.Answered();
            return;
        }

        Answer(request.Id, refusal, revision);
    }

    private void ApplyCompaction(in InternalRequestView request)
    {
        if (CorruptRefusal() != Refusal.None)
        {
            Answer(request.Id, Refusal.Corrupt, 0);
            return;
        }

        var compaction = CompactionRequestView.Parse(request.Message);
        var refusal = RangeAnswer.RefusalOf(_store.Compact(compaction.Revision, out var finished));
        _events.CompactionAccepted();
        if (compaction.IsPhysical && !finished.IsCompleted && _pending.TryTake(request.Id, out var waiting))
        {
            Last = new Outcome(refusal, _store.CurrentRevision, 0, waiting.Started, IsPhysical: true);
            _events.AnswerAfter(finished, waiting, refusal, compaction.Revision, _store.CurrentRevision);
            return;
        }

        Answer(request.Id, refusal, _store.CurrentRevision);
    }

    private Refusal GrantLease(ReadOnlySpan<byte> message)
    {
        var request = LeaseGrantRequestView.Parse(message);
        var status = _lessor.Grant(request.Id, request.TtlSeconds, out var ttlSeconds);
        if (status == LeaseStatus.Ok)
        {
            _answer.Int64(AnswerFields.LeaseId, request.Id.Value);
            _answer.Int64(AnswerFields.LeaseTtl, ttlSeconds);
        }

        return RefusalOf(status);
    }

    private Refusal RevokeLease(ReadOnlySpan<byte> message)
    {
        var id = LeaseIdRequest.Parse(message);
        var status = _lessor.BeginRevoke(id, out var keys);
        if (status != LeaseStatus.Ok)
        {
            return RefusalOf(status);
        }

        var transaction = _store.BeginWrite();
        try
        {
            foreach (var key in keys)
            {
                transaction.TryDelete(key);
            }

            _lessor.CompleteRevoke(id);
        }
        finally
        {
            transaction.End();
        }

        return Refusal.None;
    }

    private void CheckpointLeases(ReadOnlySpan<byte> message)
    {
        foreach (var item in new RepeatedMessages(message, 1))
        {
            var checkpoint = LeaseCheckpointView.Parse(item);
            _lessor.Checkpoint(checkpoint.Id, checkpoint.RemainingTtlSeconds);
        }
    }

    private static Refusal RefusalOf(LeaseStatus status) => status switch
    {
        LeaseStatus.Ok => Refusal.None,
        LeaseStatus.Exists => Refusal.LeaseExists,
        LeaseStatus.TtlTooLarge => Refusal.LeaseTtlTooLarge,
        _ => Refusal.LeaseNotFound,
    };

    private void Answer(ulong id, Refusal refusal, long revision)
    {
        var isAwaited = _pending.TryTake(id, out var waiting);
        Last = new Outcome(refusal, revision, _answer.Written.Length, waiting.Started);
        if (!isAwaited)
        {
            return;
        }

        waiting.Waiter.Applied(
            refusal == Refusal.None
                ? ApplyAnswer.Done(revision, _answer.Written)
                : ApplyAnswer.Refused(refusal));
        _events.Answered();
    }
}
