using Netcd.Conformance.Infrastructure;
using Xunit.Abstractions;

namespace Netcd.Conformance.Cluster;

/// <summary>Members come and go.</summary>
[Collection(ClusterCollection.Name)]
public sealed class MembershipTests(ITestOutputHelper output)
{
    [Theory]
    [MemberData(nameof(ClusterKinds.Pure), MemberType = typeof(ClusterKinds))]
    public async Task Walk_of_an_operator_is_answered_as_Go_etcd_answers_it(ServerKind kind)
    {
        var walks = await Task.WhenAll(MembershipWalk.RunAsync(kind), MembershipWalk.RunAsync(ServerKind.Go));
        output.WriteLine(string.Join('\n', walks[0]));
        output.WriteLine("real etcd:\n" + string.Join('\n', walks[1]));
        Assert.Equal(walks[1], walks[0]);
        Assert.Contains(walks[0], step => step.Contains(
            "Error: etcdserver: can only promote a learner member which is in sync with leader\n= 1",
            StringComparison.Ordinal));
    }
}
