using Netcd.Server;
using Member = Netcd.Proto.EtcdServer.Member;

namespace Netcd.Api.Cluster;

/// <summary>From the member's view of the cluster to messages.</summary>
internal static class MemberMessages
{
    public static Member Of(ClusterMember member)
    {
        var message = new Member { ID = member.Id.Value, Name = member.Name, IsLearner = member.IsLearner };
        message.PeerURLs.AddRange(member.PeerUrls);
        message.ClientURLs.AddRange(member.ClientUrls);
        return message;
    }

    public static IEnumerable<Member> Of(IEnumerable<ClusterMember> members) => members.Select(Of);
}
