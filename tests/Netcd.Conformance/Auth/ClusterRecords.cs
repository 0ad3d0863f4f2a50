using Netcd.Conformance.Cluster;
using Netcd.Grpc.Client;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Auth;

internal static class ClusterRecords
{
    /// <summary>Stops the members when they have applied the same, and compares their auth buckets.</summary>
    public static async Task AssertSameRecordsAsync(this EtcdCluster cluster)
    {
        var auth = new AuthClient(cluster.Members[0].Client);
        auth.Token = await auth.LoginAsync("root", "root-pw");
        var options = new CallOptions { Metadata = [new("token", auth.Token)] };
        await EtcdCluster.UntilAsync("members have not applied the same", async () =>
        {
            try
            {
                var statuses = await Task.WhenAll(cluster.Members.Select(member => member.Client.Channel.CallAsync(
                    "/etcdserverpb.Maintenance/Status", new StatusRequest(), StatusResponse.Parser, options)));
                return statuses.Select(status => status.RaftAppliedIndex).Distinct().Count() == 1;
            }
            catch (GrpcException)
            {
                // A member of Go that has not come so far yet does not know the token.
                return false;
            }
        });
        foreach (var member in cluster.Members)
        {
            await member.StopAsync();
        }

        var records = cluster.Members.Select(member => AuthRecords.Read(member.DataDirectory)).ToArray();
        Assert.All(records, one => Assert.Equal(records[0], one));
    }
}
