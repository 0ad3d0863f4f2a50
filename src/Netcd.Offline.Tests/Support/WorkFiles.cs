using Netcd.Disk;
using Netcd.TestKit;

namespace Netcd.Offline.Tests.Support;

/// <summary>A temporary directory with copies of fixtures.</summary>
internal sealed class WorkFiles : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("netcd-offline-").FullName;

    public WorkFiles() => Tools = new OfflineTools(RealDisk.Instance) { Log = Log };

    public RecordedLog Log { get; } = new();

    public OfflineTools Tools { get; }

    public string Path(string name) => System.IO.Path.Combine(_root, name);

    /// <summary>The snapshot that a kube-apiserver's etcd gave: revision 269, 279 records.</summary>
    public string KubeRegistry()
    {
        var path = Path("kube-registry.snap");
        Fixtures.Gunzip("kube-registry.snap.gz", path);
        return path;
    }

    /// <summary>Unpacks a member's data directory and returns it.</summary>
    public string DataDirectory(string fixture)
    {
        var directory = Path(fixture);
        Directory.CreateDirectory(directory);
        Fixtures.Unpack($"{fixture}.tar.gz", directory);
        return System.IO.Path.Combine(directory, "data");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
