using Netcd.TestKit;

namespace Netcd.Server.Tests.SlowRequests;

/// <summary>A clock that goes on a little each time it is read. Timers stand still.</summary>
internal sealed class SteppingTime : TimeProvider
{
    private readonly ManualTime _timers = new();
    private long _now;
    private long _step;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>By how much; zero at first.</summary>
    public void StepBy(TimeSpan step) => Volatile.Write(ref _step, step.Ticks);

    public override DateTimeOffset GetUtcNow() => _timers.GetUtcNow();

    public override long GetTimestamp() => Interlocked.Add(ref _now, Volatile.Read(ref _step));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _timers.CreateTimer(callback, state, dueTime, period);
}
