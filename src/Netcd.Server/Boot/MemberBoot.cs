using System.Buffers.Binary;
using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Mvcc;
using Netcd.Raft;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Log;
using Netcd.Server.Apply;
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

    /// <exception cref="MemberStartException">The flags do not fit the data, or each other.</exception>
    /// <exception cref="CorruptionException">The data is damaged.</exception>
    /// <exception cref="IOException">The disk failed, or another process uses the data.</exception>
    internal BootResult Run()
    {
        _layout.Prepare(options.Disk);
        var hasLog = WriteAheadLog.Exists(options.Disk, _layout.Wal);
        if (!hasLog && !options.IsNewCluster)
        {
            throw new MemberStartException("joining an existing cluster needs a peer transport");
        }

        return hasLog ? Restart() : New();
    }

    private BootResult New()
    {
        var members = FirstMembers();
        var self = members.FirstOrDefault(member => member.Name == options.Name)
            ?? throw new MemberStartException(
                $"couldn't find local name \"{options.Name}\" in the initial cluster configuration");
        var metadata = new WalMetadata(self.Id, ClusterIdentity.ClusterIdOf(members.Select(member => member.Id)));
        var parts = OpenParts();
        WriteAheadLog? log = null;
        try
        {
            var (state, entries) = FirstBatch(members);
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
                new MembershipView());
        }
        catch
        {
            log?.Dispose();
            Close(parts);
            throw;
        }
    }

    // What raft's bootstrap hands out: one committed conf change for each first member, in term 1.
    private static (HardState State, Entry[] Entries) FirstBatch(List<ClusterMember> members)
    {
        var entries = new Entry[members.Count];
        for (var i = 0; i < entries.Length; i++)
        {
            var change = ConfChangeCodec.Encode(new ConfChange
            {
                Type = ConfChangeType.AddNode,
                MemberId = members[i].Id,
                Context = MemberJson.Write(members[i]),
            });
            entries[i] = new Entry(new Term(1), new LogIndex((ulong)i + 1), EntryType.ConfChange, change);
        }

        return (new HardState(new Term(1), MemberId.None, new LogIndex((ulong)entries.Length)), entries);
    }

    // All first members write the same entries, so the order is that of the ids.
    private List<ClusterMember> FirstMembers()
    {
        var members = new List<ClusterMember>();
        foreach (var member in options.InitialCluster)
        {
            var urls = ClusterIdentity.Sorted(member.PeerUrls);
            var id = ClusterIdentity.MemberIdOf(urls, options.InitialClusterToken);
            if (members.Exists(other => other.Id == id))
            {
                throw new MemberStartException($"member exists with identical ID {id}");
            }

            members.Add(new ClusterMember(id, member.Name, urls, [], IsLearner: false));
        }

        members.Sort((left, right) => left.Id.CompareTo(right.Id));
        return members;
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

        var replayed = snapshot.IsEmpty
            ? new MembershipView()
            : V2Tree.Read(snapshot.Data, $"{_layout.Snapshots}: snapshot {snapshot.Metadata.Index}");
        var hadDatabase = options.Disk.FileExists(_layout.Database);
        if (!hadDatabase && replayed.Version.Length > 0 && !options.Disk.FileExists(
            snapshots.DatabasePath(snapshot.Metadata.Index)))
        {
            throw new MemberStartException($"database file ({_layout.Database}) of the backend is missing");
        }

        var parts = OpenParts();
        WriteAheadLog? log = null;
        try
        {
            CheckDatabase(parts.Backend, snapshot, hadDatabase);
            CheckVersions(parts);
            var start = snapshot.IsEmpty
                ? WalSnapshot.Start
                : new WalSnapshot(snapshot.Metadata.Index, snapshot.Metadata.Term);
            log = WriteAheadLog.Open(options.Disk, _layout.Wal, start, out var content, options.Wal);
            if (content.Repaired)
            {
                Warn("repaired the log: its last write was torn", "path", _layout.Wal);
            }

            var metadata = WalMetadata.Decode(content.Metadata.Span, _layout.Wal);
            if (snapshot.IsEmpty && content.State.IsEmpty)
            {
                return NewAgain(log, metadata, parts, replayed);
            }

            var (state, entries) = options.ForceNewCluster
                ? ForcedCluster.Rewrite(
                    log, content, snapshot, metadata.MemberId, parts.Backend.ConsistentIndex, options.InitialCluster)
                : (content.State, content.Entries);
            return new BootResult(
                _layout,
                metadata.MemberId,
                metadata.ClusterId,
                log,
                Storage(snapshot, state, entries),
                snapshot,
                parts,
                replayed);
        }
        catch
        {
            log?.Dispose();
            Close(parts);
            throw;
        }
    }

    // Another program ended between making the log and writing the first batch to it whole: the first members and their
    // commit index. Nothing was promised to anybody yet, so that batch is written now.
    private BootResult NewAgain(
        WriteAheadLog log, WalMetadata metadata, MemberParts parts, MembershipView replayed)
    {
        var members = FirstMembers();
        if (!members.Exists(member => member.Id == metadata.MemberId)
            || ClusterIdentity.ClusterIdOf(members.Select(member => member.Id)) != metadata.ClusterId)
        {
            throw new MemberStartException(
                $"the log in {_layout.Wal} was made for member {metadata.MemberId} of cluster {metadata.ClusterId:x} "
                + "and holds nothing yet; the initial cluster configuration describes another one");
        }

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
            replayed);
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

    private void CheckDatabase(Backend backend, Snapshot snapshot, bool hadDatabase)
    {
        if (!hadDatabase || backend.ConsistentIndex >= snapshot.Metadata.Index)
        {
            return;
        }

        throw new MemberStartException(
            $"database file ({_layout.Database} index {backend.ConsistentIndex}) does not match with snapshot "
            + $"(index {snapshot.Metadata.Index}).");
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

    private MemberParts OpenParts()
    {
        var backend = Backend.Open(options.Disk, _layout.Database, options.Backend, onFatal);
        try
        {
            InitializeAuth(backend);
            var leases = new LeaseBucket(backend);
            var lessor = new Lessor(leases, LessorOptionsOf(options), options.Time);
            leases.RestoreInto(lessor);
            var store = MvccStore.Open(backend, lessor, options.Store);
            return new MemberParts(
                backend,
                store,
                lessor,
                new ClusterState(new MembershipStore(backend), options.LearnersMax),
                new AlarmStore(backend),
                new Quota(store, options.QuotaBytes));
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
        ExpiredRetryInterval = options.RequestTimeout,
    };

    // etcd writes the first revision of the auth store when it first opens a backend.
    private static void InitializeAuth(Backend backend)
    {
        if (backend.Get(BucketId.Auth, "authRevision"u8) is not null)
        {
            return;
        }

        var revision = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(revision, 1);
        using (backend.EnterWrite())
        {
            backend.Put(BucketId.Auth, "authRevision"u8, revision);
        }

        backend.Commit();
    }

    private static void Close(MemberParts parts) => parts.Backend.Dispose();

    private void Warn(string message, string field, string value) =>
        options.Log?.Log(RaftLogLevel.Warning, message, new KeyValuePair<string, object?>(field, value));
}
