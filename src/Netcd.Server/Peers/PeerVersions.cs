namespace Netcd.Server.Peers;

/// <summary>Versions as a member tells them.</summary>
/// <param name="Server">Of the program, e.g. <c>3.5.30</c>.</param>
/// <param name="Cluster">Of the cluster, e.g. <c>3.5.0</c>; <c>not_decided</c> before there is one.</param>
public sealed record PeerVersions(string Server, string Cluster);
