namespace Netcd.Api;

/// <summary>One feature gate.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Stage">ALPHA, BETA or GA.</param>
/// <param name="IsOn">Whether it is on.</param>
public sealed record FeatureGate(string Name, string Stage, bool IsOn);
