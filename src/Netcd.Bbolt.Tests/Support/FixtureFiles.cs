namespace Netcd.Bbolt.Tests.Support;

/// <summary>Database files of real etcds, unpacked into a directory of one test.</summary>
internal sealed class FixtureFiles : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("netcd-bbolt-").FullName;

    /// <summary>
    /// Path of a database: a fixture's name with the path in it, e.g. "etcd-3.5.30-datadir/snapshot.db".
    /// </summary>
    public string Database(string name)
    {
        if (name == "kube-registry.snap")
        {
            var path = Path.Combine(_directory, name);
            Netcd.TestKit.Fixtures.Gunzip($"{name}.gz", path);
            return path;
        }

        var slash = name.IndexOf('/', StringComparison.Ordinal);
        Netcd.TestKit.Fixtures.Unpack($"{name[..slash]}.tar.gz", _directory);
        return Path.Combine(_directory, name[(slash + 1)..]);
    }

    public string File(string name) => Path.Combine(_directory, name);

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
