using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Cluster;

/// <summary>The clusters that the tests run over.</summary>
public static class ClusterKinds
{
    private const string Variable = "NETCD_CLUSTER_KINDS";

    /// <summary>Clusters of one program.</summary>
    public static TheoryData<ServerKind> Pure => IsSetTo("netcd") ? [ServerKind.Netcd] : [ServerKind.Go];

    /// <summary>Three members of both programs.</summary>
    public static TheoryData<string> Mixed => IsSetTo("netcd") ? ["Go Netcd Netcd", "Go Go Netcd"] : ["Go Go Go"];

    /// <summary>Who leads, and who lags behind.</summary>
    public static TheoryData<ServerKind, ServerKind> LeaderAndLaggard =>
        IsSetTo("netcd")
            ? new() { { ServerKind.Netcd, ServerKind.Go }, { ServerKind.Go, ServerKind.Netcd } }
            : new() { { ServerKind.Go, ServerKind.Go } };

    /// <summary>The program that a rolling swap moves to, and back from.</summary>
    public static TheoryData<string> SwapTargets => IsSetTo("netcd") ? ["netcd"] : ["go"];

    internal static ServerKind[] Parse(string kinds) => [.. kinds.Split(' ').Select(Enum.Parse<ServerKind>)];

    private static bool IsSetTo(string kinds) => Environment.GetEnvironmentVariable(Variable) == kinds;
}
