namespace Netcd.Server;

/// <summary>A member named by --initial-cluster; one name may have several peer URLs.</summary>
public sealed record InitialMember(string Name, IReadOnlyList<string> PeerUrls);
