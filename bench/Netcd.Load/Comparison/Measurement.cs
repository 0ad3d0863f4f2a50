namespace Netcd.Load.Comparison;

/// <summary>
/// One server's figures for one scenario. CPU is per 100 000 requests (or per event, list or start, as the scenario
/// counts); times are milliseconds, memory is bytes.
/// </summary>
internal sealed record Measurement(
    double PerSecond, double P50Milliseconds, double P99Milliseconds, double CpuSecondsPer100k, long PeakRssBytes);
