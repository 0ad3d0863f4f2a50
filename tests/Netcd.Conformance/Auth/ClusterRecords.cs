using Google.Protobuf;
using Netcd.Conformance.Cluster;

namespace Netcd.Conformance.Auth;

internal static class ClusterRecords
{
    /// <summary>Stops the members when they have applied the same, and compares their auth buckets.</summary>
    public static async Task AssertSameRecordsAsync(this EtcdCluster cluster)
    {
        var auth = new AuthClient(cluster.Members[0].Client);
        auth.Token = await auth.LoginAsync("root", "root-pw");
        await EtcdCluster.UntilAsync("members have not applied the same", async () =>
        {
            var applied = await Task.WhenAll(cluster.Members.Select(async member =>
                Netcd.Proto.EtcdServer.StatusResponse.Parser.ParseFrom(await member.Client.Channel.CallAsync(
                    "/etcdserverpb.Maintenance/Status", new Netcd.Proto.EtcdServer.StatusRequest().ToByteArray(),
                    new Netcd.Grpc.Client.CallOptions { Metadata = [new("token", auth.Token)] })).RaftAppliedIndex));
            return applied.Distinct().Count() == 1;
        });
        foreach (var member in cluster.Members)
        {
            await member.StopAsync();
        }

        var records = cluster.Members.Select(member => AuthRecords.Read(member.DataDirectory)).ToArray();
        Assert.All(records, one => Assert.Equal(records[0], one));
    }
}
