using System.Diagnostics.CodeAnalysis;

namespace Netcd.Api.Gateway;

/// <summary>
/// Bytes that long bodies may take together. Who wants more than is left waits with nothing taken: so nobody waits for
/// somebody who waits. What comes back goes to the smallest that fits, so that bodies as long as none needs to be do
/// not stand in front of the others.
/// </summary>
/// <remarks>
/// While somebody waits, whoever holds a part must read at <see cref="Limits.LongBodyBytesPerSecond"/> at least, or it
/// is taken away: a client that sends a few bytes now and then would hold it for hours, and four of them all of it.
/// </remarks>
internal sealed class BodyBudget(long bytes, TimeProvider time)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();

    // All guarded by _gate; in order of arrival.
    private readonly List<Waiter> _waiting = [];
    private readonly List<BodyShare> _held = [];
    private long _left = bytes;
    private ITimer? _timer;

    /// <summary>Takes so many bytes, at most all that there are, once they are there; null if too many wait.</summary>
    /// <param name="count">How many.</param>
    /// <param name="length">Bytes that the body has already.</param>
    /// <param name="cancellation">Ends the wait, and is part of the share's own.</param>
    public async ValueTask<BodyShare?> TakeAsync(long count, int length, CancellationToken cancellation)
    {
        var share = new BodyShare(this, count, length, cancellation);
        var waiter = new Waiter(share);
        lock (_gate)
        {
            if (_waiting.Count == 0 && _left >= count)
            {
                Grant(share);
                return share;
            }

            if (_waiting.Count == Limits.LongBodiesWaiting)
            {
                share.DisposeSource();
                return null;
            }

            _waiting.Add(waiter);
            _timer ??= time.CreateTimer(
                static budget => ((BodyBudget)budget!).Look(), // The state is passed below.
                this,
                Round,
                Round);
        }

        await using var canceled = cancellation.UnsafeRegister(
            static state => ((Waiter)state!).Granted.TrySetCanceled(), // Not null: registered with it.
            waiter);
        try
        {
            await waiter.Granted.Task;
        }
        catch (OperationCanceledException)
        {
            Forget(waiter);
            throw;
        }

        return share;
    }

    /// <summary>Gives back what a share holds; once for each share.</summary>
    public void Return(BodyShare share)
    {
        lock (_gate)
        {
            _held.Remove(share);
            _left += share.Bytes;
            GrantWhatFits();
        }
    }

    private void Grant(BodyShare share)
    {
        share.Begin(time.GetTimestamp());
        _held.Add(share);
        _left -= share.Bytes;
    }

    private void GrantWhatFits()
    {
        while (TryFindSmallest(out var smallest) && smallest.Share.Bytes <= _left)
        {
            _waiting.Remove(smallest);
            if (smallest.Granted.TrySetResult())
            {
                Grant(smallest.Share);
            }
        }

        if (_waiting.Count == 0)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    private bool TryFindSmallest([NotNullWhen(true)] out Waiter? smallest)
    {
        smallest = null;
        foreach (var waiter in _waiting)
        {
            if (smallest is null || waiter.Share.Bytes < smallest.Share.Bytes)
            {
                smallest = waiter;
            }
        }

        return smallest is not null;
    }

    private void Forget(Waiter waiter)
    {
        waiter.Share.DisposeSource();
        lock (_gate)
        {
            _waiting.Remove(waiter);
            GrantWhatFits();
        }
    }

    private void Look()
    {
        var slow = new List<BodyShare>();
        lock (_gate)
        {
            foreach (var share in _held)
            {
                var seconds = (time.GetElapsedTime(share.Begun) - Grace).TotalSeconds;
                if (seconds > 0 && share.BytesRead < seconds * Limits.LongBodyBytesPerSecond)
                {
                    slow.Add(share);
                }
            }
        }

        // Whoever reads returns the share when it hears of it.
        slow.ForEach(static share => share.Evict());
    }

    private sealed class Waiter(BodyShare share)
    {
        public BodyShare Share { get; } = share;

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
