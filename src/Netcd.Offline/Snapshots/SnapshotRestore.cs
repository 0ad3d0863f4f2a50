using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Disk;
using Netcd.Server;
using Netcd.Server.Boot;
using Netcd.Server.Membership;
using Netcd.Wal;
using Netcd.Wal.Snapshots;

namespace Netcd.Offline.Snapshots;

/// <summary>
/// Makes the data directory of a member of a new cluster from a snapshot. Source: Restore of etcd's
/// etcdutl/snapshot/v3_snapshot.go.
/// </summary>
/// <remarks>
/// All files are made in <c>member.restoring</c>, which becomes <c>member</c> when they are complete and safe: whatever
/// happens before, no member can start on half of them. What a failure leaves is removed, a data directory that was
/// made for it included.
/// </remarks>
public sealed class SnapshotRestore(OfflineTools tools, RestoreOptions options)
{
    private static readonly Term FirstTerm = new(1);

    private readonly IDisk _disk = tools.Disk;
    private readonly string _root = Path.GetFullPath(options.DataDirectory);

    private string Stage => _root + "/member.restoring";

    private string WalDirectory => options.WalDirectory is { Length: > 0 } own
        ? Path.GetFullPath(own)
        : Stage + "/wal";

    private string ShownWalDirectory => options.WalDirectory is { Length: > 0 } own
        ? own
        : Joined(options.DataDirectory, "member/wal");

    /// <summary>Checks the options, then makes the directory.</summary>
    /// <exception cref="OfflineException">Refused or failed, with etcd's text.</exception>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var formation = await FormAsync(cancellation);
        CheckDirectories();
        var fields = Fields();
        tools.Info("restoring snapshot", fields);
        var existed = _disk.DirectoryExists(_root);
        var walExisted = options.WalDirectory is not { Length: > 0 } || _disk.DirectoryExists(WalDirectory);
        try
        {
            _disk.CreateDirectory(Stage + "/snap");
            await new SnapshotCopier(tools).CopyAsync(
                options.SnapshotPath, Stage + "/snap/db", options.SkipHashCheck, cancellation);
            cancellation.ThrowIfCancellationRequested();
            new RestoredDatabase(tools, Stage + "/snap/db").Rewrite(formation, options);
            WriteLog(formation);
            Publish(existed);
        }
        catch
        {
            CleanUp(existed, walExisted);
            throw;
        }

        tools.Info("restored snapshot", fields);
    }

    private static string Joined(string directory, string name) => directory.TrimEnd('/') + "/" + name;

    private async Task<ClusterFormation> FormAsync(CancellationToken cancellation)
    {
        try
        {
            var advertised = EtcdUrl.ParseList(options.InitialAdvertisePeerUrls);
            var member = new MemberOptions
            {
                Name = options.Name,
                DataDirectory = _root,
                Disk = _disk,
                InitialCluster = InitialCluster.Parse(options.InitialCluster),
                InitialClusterToken = options.InitialClusterToken,
                AdvertisePeerUrls = [.. advertised.Select(url => url.Text)],
                Log = tools.Log,
            };
            var comparer = new PeerUrlComparer(System.Net.Dns.GetHostAddressesAsync, member.Time, tools.Log);
            await new InitialClusterCheck(member, comparer).CheckNewAsync(cancellation);
            return ClusterFormation.OfNew(options.Name, member.InitialCluster, options.InitialClusterToken);
        }
        catch (Exception refused) when (refused is FlagValueException or MemberStartException)
        {
            throw new OfflineException(refused.Message, refused);
        }
    }

    private void CheckDirectories()
    {
        if (_disk.FileExists(_root) || (_disk.DirectoryExists(_root) && _disk.List(_root).Count > 0))
        {
            throw new OfflineException($"data-dir \"{options.DataDirectory}\" not empty or could not be read");
        }

        if (options.WalDirectory is { Length: > 0 } own
            && (_disk.DirectoryExists(WalDirectory) || _disk.FileExists(WalDirectory)))
        {
            throw new OfflineException($"wal-dir \"{own}\" exists");
        }
    }

    private KeyValuePair<string, object?>[] Fields() =>
    [
        new("path", options.SnapshotPath),
        new("wal-dir", ShownWalDirectory),
        new("data-dir", options.DataDirectory),
        new("snap-dir", Joined(options.DataDirectory, "member/snap")),
        new("initial-memory-map-size", options.InitialMemoryMapSize),
    ];

    // The members as the log's first entries, committed, and a snapshot of them: a restart of a member that has applied
    // all of that.
    private void WriteLog(ClusterFormation formation)
    {
        var metadata = new WalMetadata(formation.Self, formation.ClusterId).Encode();
        var entries = FirstEntries.Of(formation.Members);
        var commit = new LogIndex((ulong)entries.Length);
        var state = new HardState(FirstTerm, formation.Members[0].Id, commit);
        var confState = new ConfState { Voters = [.. formation.Members.Select(member => member.Id)] };
        new SnapshotDirectory(_disk, Stage + "/snap").Save(
            new Snapshot(new SnapshotMetadata(commit, FirstTerm, confState), Members(formation)));
        _disk.CreateDirectory(Path.GetDirectoryName(WalDirectory) ?? "/");
        using var log = WriteAheadLog.Create(_disk, WalDirectory, metadata, state, entries);
        log.SaveSnapshot(new WalSnapshot(commit, FirstTerm, confState));
    }

    // Without names: each member publishes its own when it starts, and only then counts as started.
    private static byte[] Members(ClusterFormation formation)
    {
        var view = new MembershipView();
        foreach (var member in formation.Members)
        {
            view.Set(member with { Name = string.Empty });
        }

        return V2Tree.Write(view);
    }

    private void Publish(bool existed)
    {
        _disk.SyncDirectory(Stage + "/snap");
        _disk.SyncDirectory(Stage);
        _disk.Rename(Stage, _root + "/member");
        _disk.SyncDirectory(_root);
        if (!existed)
        {
            _disk.SyncDirectory(Path.GetDirectoryName(_root) ?? "/");
        }
    }

    // The first failure is the news; one while tidying up adds nothing to it.
    private void CleanUp(bool existed, bool walExisted)
    {
        try
        {
            foreach (var directory in new[] { Stage, existed ? null : _root, walExisted ? null : WalDirectory })
            {
                if (directory is not null && _disk.DirectoryExists(directory))
                {
                    _disk.DeleteDirectory(directory);
                }
            }

            if (!walExisted && _disk.DirectoryExists(WalDirectory + ".tmp"))
            {
                _disk.DeleteDirectory(WalDirectory + ".tmp");
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            tools.Warn(
                "failed to remove what was restored in part",
                new KeyValuePair<string, object?>("path", Stage),
                new KeyValuePair<string, object?>("error", problem.Message));
        }
    }
}
