namespace Netcd.Load.Comparison;

/// <summary>One row of the table: how to prepare a fresh server, and what to measure then.</summary>
/// <param name="Name">Title of the row.</param>
/// <param name="Prepare">Workloads with their options that run before, unmeasured.</param>
/// <param name="Workload">What is measured; <c>restart</c> and <c>memory</c> measure the server after the
/// preparation.</param>
/// <param name="Options">Its options.</param>
internal sealed record Scenario(
    string Name, IReadOnlyList<(string Workload, string[] Options)> Prepare, string Workload, params string[] Options);
