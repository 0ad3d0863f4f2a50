namespace Netcd.Api.Metrics;

/// <summary>What a <see cref="CallWatch"/> does.</summary>
public sealed record CallWatchOptions
{
    /// <summary><c>--warning-unary-request-duration</c>: slower unary calls are logged.</summary>
    public TimeSpan SlowerThan { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary><c>--metrics=extensive</c>.</summary>
    public bool MeasuresAll { get; init; }

    /// <summary><c>--enable-distributed-tracing</c>.</summary>
    public bool Traces { get; init; }
}
