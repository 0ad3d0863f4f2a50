namespace Netcd.Ctl.Printing;

/// <summary>One endpoint's health; an empty error is health.</summary>
internal sealed record HealthRow(string Endpoint, bool IsHealthy, string Took, string Error);
