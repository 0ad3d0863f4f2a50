namespace Netcd.Server.Peers;

/// <summary>Versions as a member tells them.</summary>
/// <param name="Server">Of the program, e.g. <c>3.5.30</c>.</param>
/// <param name="Cluster">Of the cluster, e.g. <c>3.5.0</c>; <c>not_decided</c> before there is one.</param>
/// <param name="Storage">Of the data's schema, e.g. <c>3.6.0</c>; <c>unknown</c> where the data does not say.</param>
public sealed record PeerVersions(string Server, string Cluster, string Storage = PeerVersions.UnknownStorage)
{
    public const string UndecidedCluster = "not_decided";
    public const string UnknownStorage = "unknown";
}
