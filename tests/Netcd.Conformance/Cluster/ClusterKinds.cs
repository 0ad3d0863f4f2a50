using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Cluster;

/// <summary>
/// The clusters that the tests run over. With <c>NETCD_CLUSTER_KINDS=go</c> they are all of real etcd: so a test shows that
/// what it asks for is what etcd does.
/// </summary>
public static class ClusterKinds
{
    private static readonly bool OnlyGo = Environment.GetEnvironmentVariable("NETCD_CLUSTER_KINDS") == "go";

    /// <summary>Clusters of one program.</summary>
    public static TheoryData<ServerKind> Pure => [OnlyGo ? ServerKind.Go : ServerKind.Netcd];

    /// <summary>Three members of both programs.</summary>
    public static TheoryData<string> Mixed => OnlyGo ? ["Go Go Go"] : ["Go Netcd Netcd", "Go Go Netcd"];

    /// <summary>Who leads, and who lags behind.</summary>
    public static TheoryData<ServerKind, ServerKind> LeaderAndLaggard =>
        OnlyGo
            ? new() { { ServerKind.Go, ServerKind.Go } }
            : new() { { ServerKind.Netcd, ServerKind.Go }, { ServerKind.Go, ServerKind.Netcd } };

    /// <summary>The program that a rolling swap moves to, and back from.</summary>
    public static TheoryData<string> SwapTargets => [OnlyGo ? "go" : "netcd"];

    internal static ServerKind[] Parse(string kinds) => [.. kinds.Split(' ').Select(Enum.Parse<ServerKind>)];
}
