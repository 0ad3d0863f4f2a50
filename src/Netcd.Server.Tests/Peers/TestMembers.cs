using Netcd.Base;

namespace Netcd.Server.Tests.Peers;

/// <summary>Members of a made-up cluster: number 1 has id 1, name m1 and the peer URL http://m1.</summary>
internal static class TestMembers
{
    internal static readonly MemberId Self = new(1);

    internal static IReadOnlyList<ClusterMember> Cluster(int count) =>
        [.. Enumerable.Range(1, count).Select(number => Of(number))];

    internal static ClusterMember Of(int number, bool isLearner = false, bool isStarted = true) => new(
        new MemberId((ulong)number), isStarted ? $"m{number}" : "", [$"http://m{number}"], [], isLearner);
}
