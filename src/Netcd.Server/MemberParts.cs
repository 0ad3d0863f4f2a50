using Netcd.Mvcc;
using Netcd.Server.Apply;
using Netcd.Server.Auth;
using Netcd.Server.Membership;

namespace Netcd.Server;

/// <summary>The state machine's parts, made together at boot, and made anew inside by a leader's snapshot.</summary>
internal sealed record MemberParts(
    MvccStore Store,
    LeaseBucket Leases,
    Lessor Lessor,
    ClusterState Cluster,
    AlarmStore Alarms,
    Quota Quota,
    AuthStore Auth,
    SimpleTokens Tokens)
{
    /// <summary>The one in use now.</summary>
    internal Backend Backend => Store.Backend;
}
