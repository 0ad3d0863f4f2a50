using Netcd.Conformance.Infrastructure;
using Netcd.TestKit;

namespace Netcd.Conformance;

/// <summary>Data that a real kube-apiserver stored, served by both programs.</summary>
public sealed class KubernetesDataTests
{
    [Fact]
    public async Task Snapshot_of_a_real_cluster_is_served_as_Go_etcd_serves_it()
    {
        using var directory = new TemporaryDirectory();
        var snapshot = directory.File("kube.snap");
        Fixtures.Gunzip("kube-registry.snap.gz", snapshot);

        var (goKeys, goHash) = await ServeAsync(ServerKind.Go, directory, snapshot);
        var (ourKeys, ourHash) = await ServeAsync(ServerKind.Netcd, directory, snapshot);

        Assert.Equal(269, ourKeys.Header.Revision);
        Assert.Equal(goKeys.Header.Revision, ourKeys.Header.Revision);
        Assert.Equal(goKeys.Count, ourKeys.Count);
        Assert.Equal(goKeys.Kvs, ourKeys.Kvs);
        Assert.Equal(1288562033u, ourHash.Hash);
        Assert.Equal((goHash.Hash, goHash.CompactRevision), (ourHash.Hash, ourHash.CompactRevision));
    }

    private static async Task<(Proto.EtcdServer.RangeResponse Keys, Proto.EtcdServer.HashKVResponse Hash)> ServeAsync(
        ServerKind kind, TemporaryDirectory directory, string snapshot)
    {
        var data = directory.File($"data-{kind}");
        var (clientPort, peerPort) = (FreePorts.Take(), FreePorts.Take());
        var restore = await Command.RunAsync(
            Programs.GoEtcdutl,
            [
                "snapshot", "restore", snapshot, "--name=m1", $"--data-dir={data}",
                $"--initial-cluster=m1=http://127.0.0.1:{peerPort}",
                $"--initial-advertise-peer-urls=http://127.0.0.1:{peerPort}",
            ]);
        Assert.NotNull(restore.Success);
        await using var server = await EtcdServer.StartAsync(kind, data, clientPort, peerPort);
        using var client = new V3Client(server.ClientUrl);
        return (await client.EverythingAsync(), await client.HashKvAsync());
    }
}
