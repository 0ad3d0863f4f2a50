namespace Netcd.Base.Metrics;

/// <summary>Measures work that goes through phases, each with a histogram of its own. Thread safe.</summary>
/// <param name="time">Clock.</param>
/// <param name="phases">Where each phase's seconds go, in order; null for one that nobody wants.</param>
public sealed class PhaseTimer(TimeProvider time, params Histogram?[] phases)
{
    /// <summary>The first phase of some work begins. Nothing is measured without a timer.</summary>
    public static PhaseTiming Start(PhaseTimer? timer) => new(timer, timer?.Now ?? 0);

    internal long Now => time.GetTimestamp();

    internal void Observe(int phase, long began, long ended) =>
        phases[phase]?.Observe(time.GetElapsedTime(began, ended).TotalSeconds);
}
