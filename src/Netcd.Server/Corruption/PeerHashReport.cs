using Netcd.Base;
using Netcd.Server.Peers;

namespace Netcd.Server.Corruption;

/// <summary>What a member answered. The id is the one that was asked: Go members do not say.</summary>
internal readonly record struct PeerHashReport(MemberId Member, PeerHash Hash)
{
    internal bool HasHash => Hash.Refusal == Refusal.None;
}
