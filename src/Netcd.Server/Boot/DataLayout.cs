using Netcd.Disk;

namespace Netcd.Server.Boot;

/// <summary>Where a member's files lie: etcd's layout below the data directory.</summary>
internal sealed class DataLayout(string dataDirectory, string? walDirectory)
{
    internal string Root { get; } = dataDirectory.TrimEnd('/');

    internal string Member => Root + "/member";

    internal string Snapshots => Member + "/snap";

    internal string Database => Snapshots + "/db";

    internal string Wal { get; } = walDirectory?.TrimEnd('/') ?? dataDirectory.TrimEnd('/') + "/member/wal";

    /// <summary>Makes the directories, safely named in their parents, and deletes unfinished downloads.</summary>
    internal void Prepare(IDisk disk)
    {
        if (disk.DirectoryExists(Root + "/proxy"))
        {
            throw new MemberStartException("unable to serve as proxy: the data directory holds version 2 proxy data");
        }

        // The parent is touched only if the data directory is made in it: it may be one we must not even read.
        var isNew = !disk.DirectoryExists(Root);
        disk.CreateDirectory(Snapshots);
        if (isNew)
        {
            disk.SyncDirectory(Parent(Root));
        }

        disk.SyncDirectory(Root);
        disk.SyncDirectory(Member);
        disk.SyncDirectory(Snapshots);

        if (Parent(Wal) != Member)
        {
            disk.CreateDirectory(Parent(Wal));
        }

        foreach (var name in disk.List(Snapshots))
        {
            if (name.StartsWith("tmp", StringComparison.Ordinal))
            {
                disk.DeleteFile($"{Snapshots}/{name}");
            }
        }
    }

    private static string Parent(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }
}
