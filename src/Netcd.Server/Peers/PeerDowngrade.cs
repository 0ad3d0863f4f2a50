namespace Netcd.Server.Peers;

/// <summary>Whether a downgrade is under way, or why that could not be found out.</summary>
public readonly record struct PeerDowngrade(Refusal Refusal, bool IsEnabled);
