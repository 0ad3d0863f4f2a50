namespace Netcd.Conformance.Auth;

/// <summary>What was measured of one program; times in milliseconds.</summary>
internal sealed record LoginRate(
    double PerSecond, double First, double Second, double Wrong, double PutMedian, double PutP99)
{
    public override string ToString() =>
        $"{PerSecond:F0} logins/s; first {First:F1} ms, second {Second:F1} ms, wrong password {Wrong:F1} ms; "
        + $"puts while passwords are guessed: median {PutMedian:F2} ms, p99 {PutP99:F2} ms";
}
