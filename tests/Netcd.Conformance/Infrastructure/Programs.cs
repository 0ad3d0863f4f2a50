using Netcd.TestKit;

namespace Netcd.Conformance.Infrastructure;

/// <summary>The programs under test and the real ones they are compared with.</summary>
internal static class Programs
{
    /// <summary>Our server, as <c>./publish</c> leaves it (or in the folder that NETCD_BIN names).</summary>
    public static string Netcd => Own("etcd");

    public static string NetcdCtl => Own("etcdctl");

    public static string NetcdUtl => Own("etcdutl");

    public static string GoEtcd => Peer("etcd");

    public static string GoEtcdctl => Peer("etcdctl");

    public static string GoEtcdutl => Peer("etcdutl");

    private static string Own(string name) => Require(
        Path.Combine(
            Environment.GetEnvironmentVariable("NETCD_BIN") ?? Path.Combine(Fixtures.RepositoryRoot, "artifacts", "bin"), name),
        "./publish");

    private static string Peer(string name)
    {
        var peers = Environment.GetEnvironmentVariable("NETCD_PEERS") ?? Path.Combine(Fixtures.RepositoryRoot, ".peers");
        var newest = Directory.Exists(peers)
            ? Directory.GetDirectories(peers, "3.5.*").MaxBy(path => Version.Parse(Path.GetFileName(path)))
            : null;
        return Require(Path.Combine(newest ?? Path.Combine(peers, "3.5"), name), "tools/get-peers");
    }

    private static string Require(string path, string command) =>
        File.Exists(path)
            ? path
            : throw new InvalidOperationException($"{path} is missing: run {command} in {Fixtures.RepositoryRoot}");
}
