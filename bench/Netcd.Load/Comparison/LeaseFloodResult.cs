namespace Netcd.Load.Comparison;

/// <summary>What one program did under a flood of expiring leases.</summary>
/// <param name="late">From the moment of expiry to the deletion of the last key.</param>
/// <param name="latencies">Milliseconds of each put that was answered, from when it was due.</param>
/// <param name="refused">Puts that were refused.</param>
internal sealed class LeaseFloodResult(TimeSpan late, IEnumerable<double> latencies, int refused)
{
    private readonly double[] _sorted = [.. latencies.Order()];

    public TimeSpan Late { get; } = late;

    public int Refused { get; } = refused;

    public int Puts => _sorted.Length;

    public double Median => At(0.5);

    public double High => At(0.99);

    public double Worst => At(1);

    private double At(double quantile) =>
        _sorted.Length > 0 ? _sorted[(int)((_sorted.Length - 1) * quantile)] : double.NaN;
}
