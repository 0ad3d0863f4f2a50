namespace Netcd.Daemon.Serving;

/// <summary>
/// Looks at the data directory before anything is opened; source: identifyDataDirOrDie of etcd's etcdmain.
/// </summary>
internal static class DataDirectoryCheck
{
    /// <summary>Warns of files that do not belong and of permissions that are too wide.</summary>
    /// <returns>Why the directory cannot be used, in the system's words; null if it can.</returns>
    public static string? Run(string directory, ILogger logger)
    {
        var path = Path.GetFullPath(directory);
        if (!Directory.Exists(path))
        {
            return HasFileAbove(path) ? $"open {directory}: not a directory" : null;
        }

        try
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName))
            {
                if (entry is not ("member" or "proxy" or "fixtures"))
                {
                    Log.InvalidFileInDataDirectory(logger, entry!, directory);
                }
            }
        }
        catch (UnauthorizedAccessException)
        {
            return $"open {directory}: permission denied";
        }

        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var mode = File.GetUnixFileMode(path);
        if ((mode & ~Private) != UnixFileMode.None)
        {
            Log.WidePermissions(logger, directory, Convert.ToString((int)mode, 8), "700");
        }

        return null;
    }

    private static bool HasFileAbove(string path)
    {
        for (var parent = path; parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if (File.Exists(parent))
            {
                return true;
            }

            if (Directory.Exists(parent))
            {
                return false;
            }
        }

        return false;
    }
}
