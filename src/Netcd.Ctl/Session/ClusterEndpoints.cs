using Netcd.Client;
using Netcd.CommandLine;

namespace Netcd.Ctl.Session;

/// <summary>
/// The endpoints that a command visits one by one: those given, or with --cluster those of all members.
/// </summary>
internal static class ClusterEndpoints
{
    public const string Flag = "cluster";

    public static async Task<IReadOnlyList<string>> ReadAsync(Invocation invocation, CommandSession session)
    {
        if (!invocation.Bool(Flag))
        {
            return invocation.List(GlobalFlags.Endpoints);
        }

        var client = await session.ConnectTimedAsync();
        try
        {
            var answer = await client.Cluster.MemberListAsync();
            return [.. answer.Members.SelectMany(member => member.ClientURLs)];
        }
        catch (EtcdException problem)
        {
            throw new ExitException(
                ExitCodes.Error,
                $"failed to fetch endpoints from etcd cluster member list: {problem.Message}");
        }
    }
}
