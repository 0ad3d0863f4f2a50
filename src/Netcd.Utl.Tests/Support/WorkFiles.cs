using Netcd.TestKit;

namespace Netcd.Utl.Tests.Support;

/// <summary>A temporary directory with copies of fixtures.</summary>
internal sealed class WorkFiles : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("netcd-utl-").FullName;

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
        Directory.CreateDirectory(Path(fixture));
        Fixtures.Unpack($"{fixture}.tar.gz", Path(fixture));
        return System.IO.Path.Combine(Path(fixture), "data");
    }

    /// <summary>Overwrites part of a file.</summary>
    public static void Damage(string path, long offset, int length)
    {
        using var file = File.OpenWrite(path);
        file.Position = offset;
        file.Write(Enumerable.Repeat((byte)0xff, length).ToArray());
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
