using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Mvcc;
using Netcd.Raft;
using Netcd.Raft.Log;
using Netcd.Server.Apply;
using Netcd.Server.Auth;
using Netcd.Server.Membership;
using Netcd.Wal;
using Netcd.Wal.Snapshots;

namespace Netcd.Server.Boot;

/// <summary>
/// Brings a member from its data directory to the point where raft can start: a new cluster, a restart, or a restart as
/// a new cluster of one. Source: etcd's server/etcdserver/bootstrap.go.
/// </summary>
internal sealed class MemberBoot(MemberOptions options, Action<Exception> onFatal)
{
    private readonly DataLayout _layout = new(options.DataDirectory, options.WalDirectory);

    private readonly DatabaseRecovery _database = new(
        options, new DataLayout(options.DataDirectory, options.WalDirectory), onFatal);

    /// <exception cref="MemberStartException">The flags do not fit the data, or each other.</exception>
    /// <exception cref="CorruptionException">The data is damaged.</exception>
    /// <exception cref="IOException">The disk failed, or another process uses the data.</exception>
    internal BootResult Run()
    {
        _layout.Prepare(options.Disk);
        return WriteAheadLog.Exists(options.Disk, _layout.Wal) ? Restart() : Start();
    }

    private BootResult Start()
    {
        var formation = options.Formation ?? NewFormation();
        var metadata = new WalMetadata(formation.Self, formation.ClusterId);
        var parts = OpenParts(_database.Open(), new MembershipView());
        WriteAheadLog? log = null;
        try
        {
            // A member that joins has an empty log: the leader sends what is in it.
            var (state, entries) = formation.IsNew ? FirstBatch(formation.Members) : (default(HardState), []);
            log = WriteAheadLog.Create(
                options.Disk, _layout.Wal, metadata.Encode(), state, entries, options.Wal);
            return new BootResult(
                _layout,
                metadata.MemberId,
                metadata.ClusterId,
                log,
                Storage(Snapshot.Empty, state, entries),
                Snapshot.Empty,
                parts,
                new MembershipView())
            {
                Peers = formation.Members,
                Remotes = formation.IsNew ? [] : formation.Members,
            };
        }
        catch
        {
            log?.Dispose();
            Close(parts);
            throw;
        }
    }

    private ClusterFormation NewFormation() =>
        options.IsNewCluster
            ? ClusterFormation.OfNew(options.Name, options.InitialCluster, options.InitialClusterToken)
            : throw new MemberStartException("joining an existing cluster needs a peer transport");

    // All first members write the same, committed.
    private static (HardState State, Entry[] Entries) FirstBatch(IReadOnlyList<ClusterMember> members)
    {
        var entries = FirstEntries.Of(members);
        return (new HardState(new Term(1), MemberId.None, new LogIndex((ulong)entries.Length)), entries);
    }

    private BootResult Restart()
    {
        var snapshots = new SnapshotDirectory(options.Disk, _layout.Snapshots);
        var damaged = new List<CorruptionException>();
        var valid = WriteAheadLog.ValidSnapshots(options.Disk, _layout.Wal);
        var snapshot = snapshots.LoadNewest(valid, damaged) ?? Snapshot.Empty;
        foreach (var corruption in damaged)
        {
            Warn("set a damaged snapshot file aside", "error", corruption.Message);
        }

        var replayed = new MembershipView();
        if (!snapshot.IsEmpty)
        {
            var place = $"{_layout.Snapshots}: snapshot {snapshot.Metadata.Index}";
            CheckV2Keys(snapshot, place);
            replayed = V2Tree.Read(snapshot.Data, place);
        }

        var parts = OpenParts(_database.Open(snapshots, snapshot), replayed);
        WriteAheadLog? log = null;
        try
        {
            CheckVersions(parts);
            LearnerLimit.Check(parts.Cluster.Members, options.LearnersMax);
            var start = snapshot.IsEmpty
                ? WalSnapshot.Start
                : new WalSnapshot(snapshot.Metadata.Index, snapshot.Metadata.Term);
            log = WriteAheadLog.Open(options.Disk, _layout.Wal, start, out var content, options.Wal);
            if (content.Repaired)
            {
                Warn("repaired the log: its last write was torn", "path", _layout.Wal);
            }

            var metadata = WalMetadata.Decode(content.Metadata.Span, _layout.Wal);
            if (snapshot.IsEmpty && content.State.IsEmpty && FirstMembersOf(metadata) is { } members)
            {
                return NewAgain(log, metadata, parts, replayed, members);
            }

            var (state, entries) = options.ForceNewCluster
                ? ForcedCluster.Rewrite(log, content, snapshot, metadata.MemberId, parts)
                : (content.State, content.Entries);
            return new BootResult(
                _layout,
                metadata.MemberId,
                metadata.ClusterId,
                log,
                Storage(snapshot, state, entries),
                snapshot,
                parts,
                replayed)
            {
                Peers = options.ForceNewCluster ? [] : parts.Cluster.Members,
            };
        }
        catch
        {
            log?.Dispose();
            Close(parts);
            throw;
        }
    }

    // Who was to write the first batch of an empty log; null if a leader fills it: a member that joined has an id that
    // no flags give, or is started as one of an existing cluster.
    private List<ClusterMember>? FirstMembersOf(WalMetadata metadata)
    {
        if (!options.IsNewCluster)
        {
            return null;
        }

        var members = ClusterFormation.MembersOf(options.InitialCluster, options.InitialClusterToken);
        return members.Exists(member => member.Id == metadata.MemberId)
            && ClusterIdentity.ClusterIdOf(members.Select(member => member.Id)) == metadata.ClusterId
            ? members
            : null;
    }

    // Another program ended between making the log and writing the first batch to it whole: the first members and their
    // commit index. Nothing was promised to anybody yet, so that batch is written now.
    private BootResult NewAgain(
        WriteAheadLog log,
        WalMetadata metadata,
        MemberParts parts,
        MembershipView replayed,
        IReadOnlyList<ClusterMember> members)
    {
        var (state, entries) = FirstBatch(members);
        log.Append(state, entries);
        log.Sync();
        return new BootResult(
            _layout,
            metadata.MemberId,
            metadata.ClusterId,
            log,
            Storage(Snapshot.Empty, state, entries),
            Snapshot.Empty,
            parts,
            replayed)
        {
            Peers = members,
        };
    }

    private static MemoryLogStorage Storage(Snapshot snapshot, HardState state, IReadOnlyList<Entry> entries)
    {
        var storage = new MemoryLogStorage();
        if (!snapshot.IsEmpty)
        {
            storage.ApplySnapshot(snapshot);
        }

        storage.SetHardState(state);
        storage.Append(entries.ToArray());
        if (state.Commit > storage.LastIndex)
        {
            throw new CorruptionException(
                "log", $"the hard state commits entry {state.Commit}, but the last entry is {storage.LastIndex}");
        }

        return storage;
    }

    // Source: AssertNoV2StoreContent of etcd's server/storage/util.go.
    private void CheckV2Keys(Snapshot snapshot, string place)
    {
        if (!V2Tree.HoldsUserKeys(snapshot.Data, place))
        {
            return;
        }

        if (!options.DropsV2Keys)
        {
            throw new MemberStartException(
                "detected disallowed custom content in v2store for stage --v2-deprecation=write-only");
        }

        Warn(
            "WARNING: --v2-deprecation=write-only-skip-check is enabled; v2 content detected, but validation check is "
            + "being bypassed",
            "snapshot-index",
            snapshot.Metadata.Index.ToString());
    }

    private static void CheckVersions(MemberParts parts)
    {
        if (ServerVersion.IsNewerThanOurs(parts.Cluster.Version))
        {
            throw new MemberStartException(
                $"invalid downgrade; server version is lower than determined cluster version: "
                + $"{ServerVersion.Text} below {parts.Cluster.Version}");
        }

        if (MetaBucket.ReadStorageVersion(parts.Backend) is { } storage && ServerVersion.IsNewerThanOurs(storage))
        {
            throw new MemberStartException(
                $"cannot detect storage schema version: version \"{storage}\" is not supported");
        }
    }

    private MemberParts OpenParts(Backend backend, MembershipView replayed)
    {
        try
        {
            StartDefragmentation.Run(backend, options.DefragmentAtStartBytes, options.Log);
            LearnerPromotions.Repair(backend, replayed, options.Log);
            var leases = new LeaseBucket(backend);
            var lessor = new Lessor(leases, LessorOptionsOf(options), options.Time);
            leases.RestoreInto(lessor);
            var store = MvccStore.Open(backend, lessor, options.Store);
            return new MemberParts(
                store,
                leases,
                lessor,
                new ClusterState(new MembershipStore(backend), options.LearnersMax),
                new AlarmStore(backend),
                new Quota(store, options.QuotaBytes),
                new AuthStore(backend),
                new SimpleTokens(options.SimpleTokenLifetime, options.Time));
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }

    private static LessorOptions LessorOptionsOf(MemberOptions options) => new()
    {
        // Source: minTTL of etcd's server.go; grants below it are raised when they are applied.
        MinTtlSeconds = (long)Math.Ceiling(options.ElectionTimeout.TotalSeconds * 3 / 2),
        CheckpointsEnabled = options.LeaseCheckpoints,
        CheckpointsPersisted = options.LeaseCheckpointsPersist,
        ExpiredRetryInterval = options.RequestTimeout,
    };

    private static void Close(MemberParts parts) => parts.Backend.Dispose();

    private void Warn(string message, string field, string value) =>
        options.Log?.Log(RaftLogLevel.Warning, message, new KeyValuePair<string, object?>(field, value));
}
