using Netcd.Base;
using Netcd.Bbolt;
using Netcd.Disk;

namespace Netcd.Offline;

/// <summary>Opens database files with etcd's words for what can be wrong with them.</summary>
internal static class DataFile
{
    private const string NoValidMeta = "no valid meta page: ";

    /// <summary>Refuses a path where nothing is, in the words of Go's stat.</summary>
    /// <exception cref="OfflineException">There is no such file.</exception>
    internal static void Require(IDisk disk, string path)
    {
        if (!disk.FileExists(path) && !disk.DirectoryExists(path))
        {
            throw new OfflineException($"stat {path}: no such file or directory");
        }
    }

    /// <exception cref="OfflineException">The file is no database, is damaged, or a running member has it.</exception>
    internal static BboltDatabase Open(IDisk disk, string path, BboltOptions options)
    {
        try
        {
            return BboltDatabase.Open(disk, path, options);
        }
        catch (DatabaseLockedException locked)
        {
            throw InUse(path, locked);
        }
        catch (CorruptionException corruption)
        {
            throw new OfflineException(Describe(corruption), corruption);
        }
    }

    /// <summary>etcd would wait for the lock without end; a tool that answers is of more use.</summary>
    internal static OfflineException InUse(string path, Exception problem) =>
        new($"database file \"{path}\" is in use by another process: stop the member that runs on it first", problem);

    // bbolt's own texts for files that are none of its; all else names the file and the page.
    private static string Describe(CorruptionException corruption)
    {
        if (!corruption.Problem.StartsWith(NoValidMeta, StringComparison.Ordinal))
        {
            return corruption.Message;
        }

        var reason = corruption.Problem[NoValidMeta.Length..];
        var colon = reason.IndexOf(':', StringComparison.Ordinal);
        return reason.StartsWith("too short", StringComparison.Ordinal)
            ? "invalid database"
            : reason[..(colon < 0 ? reason.Length : colon)];
    }
}
