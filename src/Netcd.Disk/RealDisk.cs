using System.Runtime.InteropServices;
using Netcd.Disk.Unsafe;

namespace Netcd.Disk;

/// <summary>The machine's own file system (Linux). Stateless and safe for all threads.</summary>
public sealed class RealDisk : IDisk
{
    private const uint FileMode = 0x180; // 0600

    private const UnixFileMode DirectoryMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static readonly RealDisk Instance = new();

    // A write beyond the limit of a file's size (RLIMIT_FSIZE) is to fail as any other does. Unless SIGXFSZ is ignored,
    // as Go's runtime has it, it ends the process without a word.
    private RealDisk()
    {
        if (NativeMethods.SetSignal(NativeMethods.FileSizeSignal, NativeMethods.IgnoreSignal) == -1)
        {
            throw NativeError.Last("signal", "SIGXFSZ");
        }
    }

    /// <inheritdoc/>
    public IDiskFile Open(string path, DiskOpenMode mode)
    {
        if (mode == DiskOpenMode.CreateUncached)
        {
            const int Flags = NativeMethods.OpenReadWrite | NativeMethods.OpenCreate | NativeMethods.OpenTruncate;
            return new RealDiskFile(path, FileDescriptor.OpenDirect(path, Flags, FileMode), isUncached: true);
        }

        var flags = mode switch
        {
            DiskOpenMode.Read => NativeMethods.OpenReadOnly,
            DiskOpenMode.ReadWrite => NativeMethods.OpenReadWrite,
            DiskOpenMode.OpenOrCreate => NativeMethods.OpenReadWrite | NativeMethods.OpenCreate,
            _ => NativeMethods.OpenReadWrite | NativeMethods.OpenCreate | NativeMethods.OpenTruncate,
        };
        return new RealDiskFile(path, FileDescriptor.Open(path, flags, FileMode));
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        var names = new List<string>();
        foreach (var path in Directory.EnumerateFileSystemEntries(directory))
        {
            names.Add(Path.GetFileName(path));
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("data files need Linux");
        }

        // One by one: .NET gives the mode to the last directory only.
        if (!Directory.Exists(path))
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
            {
                CreateDirectory(parent);
            }

            Directory.CreateDirectory(path, DirectoryMode);
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        if (NativeMethods.Rename(from, to) != 0)
        {
            throw NativeError.Exception("rename", $"{from} to {to}", Marshal.GetLastPInvokeError());
        }
    }

    /// <inheritdoc/>
    public void DeleteFile(string path)
    {
        if (NativeMethods.Unlink(path) != 0)
        {
            throw NativeError.Last("unlink", path);
        }
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path) => Directory.Delete(path, recursive: true);

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        using var directory = FileDescriptor.Open(path, NativeMethods.OpenReadOnly, 0);
        directory.Sync();
    }

    /// <inheritdoc/>
    public IMappedFile Map(IDiskFile file, long reserveBytes)
    {
        if (file is not RealDiskFile real)
        {
            throw new ArgumentException("not a file of this disk", nameof(file));
        }

        return new RealMappedFile(real, reserveBytes);
    }
}
