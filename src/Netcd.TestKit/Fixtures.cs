using System.Formats.Tar;
using System.IO.Compression;

namespace Netcd.TestKit;

/// <summary>
/// Data written by real Go etcd and by a real kube-apiserver, kept in <c>tests/fixtures</c>; the README there says what
/// each file holds.
/// </summary>
public static class Fixtures
{
    /// <summary>The checkout that the running tests were built from.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Path of a fixture file.</summary>
    public static string Path(string name) => System.IO.Path.Combine(RepositoryRoot, "tests", "fixtures", name);

    /// <summary>Unpacks a <c>.tar.gz</c> fixture into a directory.</summary>
    public static void Unpack(string name, string directory)
    {
        using var file = File.OpenRead(Path(name));
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(gzip, directory, overwriteFiles: false);
    }

    /// <summary>Unpacks a <c>.gz</c> fixture into a file.</summary>
    public static void Gunzip(string name, string path)
    {
        using var file = File.OpenRead(Path(name));
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var target = File.Create(path);
        gzip.CopyTo(target);
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        for (; directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "Netcd.slnx")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException("the tests run outside a checkout of netcd");
    }
}
