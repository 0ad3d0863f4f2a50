using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Durability;

/// <summary>A file system in memory of a given size, mounted on a directory for the time of a test. Needs root.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _path;

    private SmallDisk(string path) => _path = path;

    public static async Task<SmallDisk> MountAsync(string path, int megabytes)
    {
        Directory.CreateDirectory(path);
        var mount = await Command.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path]);
        Assert.Empty(mount.Success);
        return new SmallDisk(path);
    }

    public string File(string name) => Path.Combine(_path, name);

    public async Task EnlargeAsync(int megabytes)
    {
        var mount = await Command.RunAsync("mount", ["-o", $"remount,size={megabytes}m", _path]);
        Assert.Empty(mount.Success);
    }

    public async ValueTask DisposeAsync()
    {
        // Lazily: a process that still has files open must not keep it for ever.
        await Command.RunAsync("umount", ["-l", _path]);
    }
}
