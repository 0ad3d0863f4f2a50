using Netcd.Mvcc;
using Netcd.Server.Apply;
using Netcd.Server.Membership;

namespace Netcd.Server;

/// <summary>The state machine's parts over one backend, made together at boot.</summary>
internal sealed record MemberParts(
    Backend Backend, MvccStore Store, Lessor Lessor, ClusterState Cluster, AlarmStore Alarms, Quota Quota);
