using Netcd.Base;

namespace Netcd.Mvcc;

/// <content>Time: renewals, expiry, checkpoints, and what leaders do.</content>
public sealed partial class Lessor
{
    /// <summary>
    /// Starts a lease's TTL over. Any thread. <see cref="LeaseStatus.Expired"/>: its revocation is due or under way,
    /// see
    /// <see cref="WhenDecidedAsync"/>. <see cref="LeaseStatus.MustClearCheckpoint"/>: propose a checkpoint of zero
    /// seconds and, once that is applied, call again.
    /// </summary>
    public LeaseStatus Renew(LeaseId id, out long ttlSeconds)
    {
        ttlSeconds = 0;
        lock (_lock)
        {
            if (!_isPrimary)
            {
                return LeaseStatus.NotPrimary;
            }

            if (!_leases.TryGetValue(id, out var lease))
            {
                return LeaseStatus.NotFound;
            }

            var now = Now;
            if (lease.IsRevoking || lease.Expiry <= now)
            {
                return LeaseStatus.Expired;
            }

            if (_options.CheckpointsEnabled && lease.CheckpointSeconds > 0)
            {
                return LeaseStatus.MustClearCheckpoint;
            }

            Refresh(lease, now, TimeSpan.Zero);
            RenewedTotal++;
            ttlSeconds = lease.TtlSeconds;
            return LeaseStatus.Ok;
        }
    }

    /// <summary>
    /// After <see cref="LeaseStatus.Expired"/>: completes with <see cref="LeaseStatus.NotFound"/> when the lease is
    /// revoked, or <see cref="LeaseStatus.NotPrimary"/> when this lessor is demoted first; with
    /// <see cref="LeaseStatus.Ok"/> at once if the lease has not expired.
    /// </summary>
    public Task<LeaseStatus> WhenDecidedAsync(LeaseId id, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_isPrimary || !_leases.TryGetValue(id, out var lease))
            {
                return Task.FromResult(_isPrimary ? LeaseStatus.NotFound : LeaseStatus.NotPrimary);
            }

            if (!lease.IsRevoking && lease.Expiry > Now)
            {
                return Task.FromResult(LeaseStatus.Ok);
            }

            if (lease.Decision is null)
            {
                lease.Decision = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _undecided.Add(lease);
            }

            return lease.Decision.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>A lease as it is now. Any thread.</summary>
    public bool TryGet(LeaseId id, out LeaseInfo lease)
    {
        lock (_lock)
        {
            if (!_leases.TryGetValue(id, out var found))
            {
                lease = default;
                return false;
            }

            var remaining = found.Expiry == Lease.Never
                ? ForeverSeconds
                : (found.Expiry - Now).Ticks / TimeSpan.TicksPerSecond;
            lease = new LeaseInfo(id, found.TtlSeconds, remaining);
            return true;
        }
    }

    /// <summary>
    /// Keys attached to a lease, in no order; empty for an unknown one. The caller does not change the arrays.
    /// </summary>
    public IReadOnlyList<byte[]> Keys(LeaseId id)
    {
        lock (_lock)
        {
            return _leases.TryGetValue(id, out var lease) ? KeysOf(lease) : [];
        }
    }

    /// <summary>All leases by expiry, the next to expire first.</summary>
    public IReadOnlyList<LeaseId> Leases()
    {
        Lease[] leases;
        lock (_lock)
        {
            leases = ByExpiry();
        }

        return Array.ConvertAll(leases, static lease => lease.Id);
    }

    /// <summary>
    /// Becomes primary: every lease starts over with its remaining or full TTL plus <paramref name="extend"/>. When
    /// very many would expire together, the later ones get more, so that they can be revoked as they expire.
    /// </summary>
    public void Promote(TimeSpan extend)
    {
        lock (_lock)
        {
            var now = Now;
            _isPrimary = true;
            foreach (var lease in _leases.Values)
            {
                Refresh(lease, now, extend);
                ScheduleCheckpoint(lease, now);
            }

            if (_leases.Count >= _options.RevokeRatePerSecond)
            {
                Spread(now, extend);
            }
        }
    }

    /// <summary>Stops counting time; waiting renewals are told.</summary>
    public void Demote()
    {
        lock (_lock)
        {
            _isPrimary = false;
            foreach (var lease in _leases.Values)
            {
                lease.Expiry = Lease.Never;
                lease.WakeAt = Lease.Never;
            }

            _expiries.Clear();
            _checkpoints.Clear();
            DecideAll(LeaseStatus.NotPrimary);
        }
    }

    /// <summary>
    /// For the leader's loop: adds up to <paramref name="max"/> expired leases, whose revocation it then proposes;
    /// returns how many. Each is handed out again after the retry interval if it is still there.
    /// </summary>
    public int TakeExpired(ICollection<LeaseId> expired, int max)
    {
        ArgumentNullException.ThrowIfNull(expired);
        var count = 0;
        lock (_lock)
        {
            var now = Now;
            while (count < max && _expiries.Count > 0 && _expiries.Peek().WakeAt <= now)
            {
                var lease = _expiries.Peek();
                Invariant.Check(lease.Expiry <= now);
                lease.WakeAt = now + _options.ExpiredRetryInterval;
                _expiries.Set(lease);
                expired.Add(lease.Id);
                count++;
            }
        }

        return count;
    }

    /// <summary>
    /// For the leader's loop: adds up to <paramref name="max"/> checkpoints that are due, to be proposed; returns how
    /// many.
    /// </summary>
    public int TakeCheckpoints(ICollection<LeaseCheckpoint> due, int max)
    {
        ArgumentNullException.ThrowIfNull(due);
        var count = 0;
        lock (_lock)
        {
            var now = Now;
            while (count < max && _checkpoints.TryPeek(out var id, out var time) && time <= now)
            {
                _checkpoints.Dequeue();
                if (!_leases.TryGetValue(id, out var lease) || lease.Expiry <= now)
                {
                    continue;
                }

                var left = (lease.Expiry - now).Ticks;
                var remaining = (left + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond;
                if (remaining < lease.TtlSeconds)
                {
                    due.Add(new LeaseCheckpoint(id, remaining));
                    count++;
                }
            }
        }

        return count;
    }

    /// <summary>
    /// Delays leases so that in each second fewer expire than can be revoked in it (three quarters of the rate).
    /// </summary>
    private void Spread(TimeSpan now, TimeSpan extend)
    {
        var perSecond = Math.Max(1, 3 * _options.RevokeRatePerSecond / 4);
        var leases = ByExpiry();
        var window = leases[0].Expiry - now;
        var nextWindow = window + TimeSpan.FromSeconds(1);
        var expiring = 0;
        foreach (var lease in leases)
        {
            var remaining = lease.Expiry - now;
            if (remaining > nextWindow)
            {
                window = remaining;
                nextWindow = window + TimeSpan.FromSeconds(1);
                expiring = 1;
                continue;
            }

            expiring++;
            if (expiring > perSecond)
            {
                // A lease that is already some way into the window needs only the rest of the delay.
                var delay = TimeSpan.FromSeconds((double)expiring / perSecond) - (remaining - window);
                nextWindow = window + delay;
                Refresh(lease, now, delay + extend);
            }
        }
    }

    private Lease[] ByExpiry()
    {
        Lease[] leases = [.. _leases.Values];
        leases.AsSpan().Sort(static (left, right) =>
        {
            var order = left.Expiry.CompareTo(right.Expiry);
            return order != 0 ? order : left.Id.CompareTo(right.Id);
        });
        return leases;
    }

    private void Refresh(Lease lease, TimeSpan now, TimeSpan extend)
    {
        // A record or checkpoint from elsewhere may claim more than a grant can.
        lease.Expiry = now + extend + TimeSpan.FromSeconds(Math.Min(lease.RemainingSeconds, MaxTtlSeconds));
        lease.WakeAt = lease.Expiry;
        _expiries.Set(lease);
    }

    private void ScheduleCheckpoint(Lease lease, TimeSpan now)
    {
        if (_options.CheckpointsEnabled && lease.RemainingSeconds > _options.CheckpointInterval.TotalSeconds)
        {
            _checkpoints.Enqueue(lease.Id, now + _options.CheckpointInterval);
        }
    }

    private void DecideAll(LeaseStatus status)
    {
        foreach (var lease in _undecided.ToArray())
        {
            Decide(lease, status);
        }
    }

    private void Decide(Lease lease, LeaseStatus status)
    {
        if (lease.Decision is not null)
        {
            lease.Decision.SetResult(status);
            lease.Decision = null;
            _undecided.Remove(lease);
        }
    }
}
