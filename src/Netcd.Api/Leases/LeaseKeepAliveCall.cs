using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Grpc;
using Netcd.Server;
using Netcd.Server.Auth;
using Netcd.Server.Peers;
using Netcd.Server.Requests;

namespace Netcd.Api.Leases;

/// <summary>
/// One LeaseKeepAlive call: an answer for each request, in order. Renewals go to the leader's lessor, not through Raft.
/// Upstream: server/etcdserver/api/v3rpc/lease.go.
/// </summary>
/// <remarks>
/// On the leader most renewals end at once. One that has to wait (for the leader, for a lease that has just run out,
/// for room in the output) goes into a queue, and so do all that come behind it.
/// </remarks>
internal sealed class LeaseKeepAliveCall : StreamCall
{
    private readonly Lock _lock = new();

    // Guarded by _lock: renewals not answered yet. The first is being worked on while _isBusy.
    private readonly Queue<Renewal> _waiting = new();
    private bool _isBusy;
    private bool _isCalledAgain;
    private bool _isHalfClosed;

    public LeaseKeepAliveCall(LeaseKeepAliveMethod method, StreamOut output, in CallHead head)
        : base(method, output, RequestShapes.LeaseKeepAliveRequest, head)
    {
    }

    public override void OnHalfClose()
    {
        lock (_lock)
        {
            _isHalfClosed = true;
        }

        Advance();
    }

    public override void OnWritable() => Advance();

    protected override void Receive(ReadOnlySpan<byte> message)
    {
        var lease = LeaseIdRequest.Parse(message);
        if (CheckUser(lease) is { } refusal)
        {
            Finish(refusal);
            return;
        }

        // The header is made before the renewal: a client must never see a keep-alive succeed at a revision at which
        // the lease was revoked already.
        var renewal = new Renewal(lease, Api.Member.Store.CurrentRevision, Api.Member.Term);
        lock (_lock)
        {
            if (_waiting.Count >= Limits.KeepAlivesPending)
            {
                Finish(ErrorTable.KeepAlivesTooMany);
                return;
            }

            _waiting.Enqueue(renewal);
        }

        Advance();
    }

    protected override void Close()
    {
        lock (_lock)
        {
            _waiting.Clear();
        }
    }

    // Who keeps a lease alive keeps its keys: they must be his to write.
    private Status? CheckUser(LeaseId lease)
    {
        var auth = Api.Member.Auth;
        if (!auth.IsEnabled)
        {
            return null;
        }

        if (Admit(out var caller) is { } status)
        {
            return status;
        }

        var refusal = new Permissions(auth, Api.Member.Lessor, caller.At(auth)).WriteLease(lease);
        return refusal == Refusal.None ? null : ErrorTable.For(refusal);
    }

    /// <summary>
    /// Answers what can be answered now. One thread at a time works; another's call is then taken over by it.
    /// </summary>
    private void Advance()
    {
        while (true)
        {
            Renewal renewal;
            lock (_lock)
            {
                if (_isBusy)
                {
                    _isCalledAgain = true;
                    return;
                }

                if (!_waiting.TryPeek(out renewal!))
                {
                    if (_isHalfClosed)
                    {
                        Finish(Status.OK);
                    }

                    return;
                }

                _isBusy = true;
            }

            if (renewal.TtlSeconds is not { } ttl)
            {
                if (!TryRenew(renewal))
                {
                    return;
                }

                ttl = renewal.TtlSeconds ?? 0;
            }

            var isWritten = Write(renewal, ttl);
            lock (_lock)
            {
                _isBusy = false;
                if (isWritten)
                {
                    _waiting.TryDequeue(out _);
                }
                else if (!_isCalledAgain)
                {
                    // OnWritable comes when there is room; unless it came while the write was refused.
                    return;
                }

                _isCalledAgain = false;
            }
        }
    }

    /// <summary>
    /// False when the renewal goes on elsewhere, which then calls <see cref="Advance"/>, or ends the call.
    /// </summary>
    private bool TryRenew(Renewal renewal)
    {
        // Not cancelled with the call: nothing here waits for long, and then nobody is left to answer.
        var renewing = Api.Member.RenewLeaseAsync(renewal.Id, CancellationToken.None);
        if (renewing.IsCompletedSuccessfully)
        {
            return TryTake(renewal, renewing.Result);
        }

        _ = RenewLaterAsync(renewal, renewing);
        return false;
    }

    private async Task RenewLaterAsync(Renewal renewal, ValueTask<PeerLeaseRenewal> renewing)
    {
        if (TryTake(renewal, await renewing))
        {
            lock (_lock)
            {
                _isBusy = false;
            }

            Advance();
        }
    }

    // A lease that is not there has no time left: clients see that by the TTL of zero.
    private bool TryTake(Renewal renewal, in PeerLeaseRenewal renewed)
    {
        if (renewed.Refusal is not (Refusal.None or Refusal.LeaseNotFound))
        {
            Finish(ErrorTable.For(renewed.Refusal));
            return false;
        }

        renewal.TtlSeconds = renewed.TtlSeconds;
        return true;
    }

    private bool Write(Renewal renewal, long ttl)
    {
        Span<byte> response = stackalloc byte[128];
        var writer = new ProtoWriter(response);
        Api.Header.Write(ref writer, renewal.Revision, renewal.Term);
        writer.Int64(2, renewal.Id.Value);
        writer.Int64(3, ttl);
        return TryWrite(response[..writer.Position], body: null);
    }

    /// <summary>One request: what it renews, its header, and the TTL once it is known.</summary>
    private sealed class Renewal(LeaseId id, long revision, Term term)
    {
        public LeaseId Id { get; } = id;

        public long Revision { get; } = revision;

        public Term Term { get; } = term;

        public long? TtlSeconds { get; set; }
    }
}
