using Netcd.Base;
using Netcd.Base.Metrics;
using Netcd.Mvcc;
using Netcd.Raft;
using Netcd.Server.Auth;
using Netcd.Server.Boot;
using Netcd.Server.Compaction;
using Netcd.Server.Corruption;
using Netcd.Server.Leasing;
using Netcd.Server.Loops;
using Netcd.Server.Membership;
using Netcd.Server.Peers;
using Netcd.Server.Versions;
using Netcd.Server.Waiting;
using Netcd.Wal;
using Netcd.Wal.Snapshots;

namespace Netcd.Server;

/// <summary>
/// One running member: three loops (raft, applier, housekeeping) over a log and a store. Opened by <see cref="Open"/>,
/// set going by <see cref="Start"/>, ended by <see cref="Dispose"/>; a process that is killed instead loses nothing
/// that was acknowledged.
/// </summary>
public sealed partial class Member : IMember, IDisposable
{
    private readonly MemberOptions _options;
    private readonly BootResult _boot;
    private readonly MemberParts _parts;
    private readonly WriteAheadLog _log;
    private readonly SnapshotKeeper _snapshotKeeper;
    private readonly MemberStatus _status = new();
    private readonly PendingTable _pending = new(Limits.PendingRequestsMax, Limits.PendingBytesMax);
    private readonly AppliedWaiters _waiters = new();
    private readonly RequestIds _ids;
    private readonly RaftNode _node;
    private readonly RaftLoop _raft;
    private readonly LogWriter _logWriter;
    private readonly Applier _applier;
    private readonly Housekeeper _housekeeper = new();
    private readonly StoreWorker _storeWorker;
    private readonly ReadIndexQueue _reads;
    private readonly LeaseKeeper _leaseKeeper;
    private readonly MemberPeers _peers;
    private readonly ClusterHost _cluster;
    private readonly LeaderLookup _leaders;
    private readonly LeaseService _leases;
    private readonly VersionMonitor _versions;
    private readonly CorruptionChecker _corruption;
    private readonly TimeoutReason _timeoutReason;
    private readonly ReconfigurationCheck _reconfiguration;
    private readonly List<RepeatedWork> _repeated = [];
    private readonly List<Action> _flushes = [];
    private readonly List<Thread> _threads = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _timer;
    private volatile bool _stopping;
    private bool _disposed;

    private Func<string?, CancellationToken, Task<Refusal>>? _promotionJudge;

    private Member(MemberOptions options, BootResult boot)
    {
        _options = options;
        _boot = boot;
        _parts = boot.Parts;
        _log = boot.Log;
        var snapshots = SnapshotsOf(options, boot);
        _snapshotKeeper = new SnapshotKeeper(options, boot, snapshots, _housekeeper);
        _ids = new RequestIds(boot.MemberId, options.Time.GetUtcNow());
        _node = boot.CreateNode(options);
        _ticksToAdvance = options.InitialElectionTickAdvance && options.Transport is not null
            ? (ulong)Math.Max(0, options.ElectionTicks - 2)
            : 0;
        var timeoutTicks = (ulong)(options.RequestTimeout / options.TickInterval);
        _reads = new ReadIndexQueue(
            _ids, _waiters, Limits.UpkeepRoundTicks, timeoutTicks, Metrics, options.Time, options.Log);
        var intake = new PeerIntake();
        _peers = new MemberPeers(this, intake);
        if (options.Transport is { } transport)
        {
            Outbox = new PeerOutbox(transport, IsRemoved, RequestSnapshot);
            Roster = new PeerRoster(transport, boot.MemberId);
        }

        Received = new ReceivedDatabases(options.Disk, boot.Layout.Snapshots, options.Log, options.Time, Metrics);
        var host = new MemberHost(this);
        _raft = new RaftLoop(
            _node,
            boot.Storage,
            new RaftLoopOptions(
                options.SnapshotCatchUpEntries,
                options.RaftLogBytesMax,
                timeoutTicks,
                (ulong)(Limits.SnapshotReleaseDelay / options.TickInterval)),
            _status,
            _pending,
            _reads,
            intake,
            host);
        _logWriter = new LogWriter(
            boot.Log,
            _snapshotKeeper.SaveLeaders,
            host.Send,
            () => _housekeeper.Post(PrepareLog),
            options.Time,
            Metrics.LogSyncSeconds);
        var installer = new SnapshotInstaller(_parts, options, boot.Layout, snapshots, Fail);
        var watch = new ApplyWatch(
            options.Time, options.ApplyWarning, Metrics, _parts.Store, boot.ClusterId, boot.MemberId, options.Log);
        _applier = new Applier(_parts, boot.Replayed, boot.Snapshot, _pending, _waiters, installer, host, watch);
        _leaseKeeper = new LeaseKeeper(
            _parts.Lessor, _status, options.LeaseCheckpoints, ProposeAsLeader, Metrics.LeasesExpired);
        _storeWorker = new StoreWorker(_parts.Store, options.Time, Fail)
        {
            CommitSeconds = Metrics.BackendCommitSeconds,
        };
        Watchers = new WatchHub(
            _parts.Store, options.Watch with { ClusterId = boot.ClusterId, MemberId = boot.MemberId }, options.Time);
        _parts.Store.Watchers = Watchers;
        _cluster = new ClusterHost(this);
        _leaders = new LeaderLookup(_cluster, options.Time, options.ElectionTimeout, options.RequestTimeout);
        _leases = new LeaseService(_cluster, Lessor, options.PeerClient, _leaders);
        var isKnown = Release.TryParse(options.MaxClusterVersion, out var highest);
        Invariant.Check(isKnown, $"'{options.MaxClusterVersion}' is no cluster version");
        _versions = new VersionMonitor(
            _cluster, options.PeerClient, highest, options.RequestTimeout, options.Time, options.Log);
        _corruption = new CorruptionChecker(_cluster, options.RequestTimeout, options.Log);
        var health = new PeerHealth(Id, options.Transport);
        _timeoutReason = new TimeoutReason(Id, _status, health, options.Time, options.ElectionTimeout);
        _reconfiguration = new ReconfigurationCheck(health, options.Time);
        PeerService = new PeerService(this, _cluster, _leases);
    }

    /// <summary>What the peer routes ask of this member.</summary>
    public IPeerService PeerService { get; }

    /// <summary>Completes when this member has published itself through the log: it can serve.</summary>
    public Task Ready => _ready.Task;

    /// <inheritdoc/>
    public ulong ClusterId => _boot.ClusterId;

    /// <inheritdoc/>
    public MemberId Id => _boot.MemberId;

    /// <inheritdoc/>
    public Term Term => _status.Term;

    /// <inheritdoc/>
    public MemberId Leader => _status.Leader;

    /// <inheritdoc/>
    public LogIndex CommittedIndex => _status.Committed;

    /// <inheritdoc/>
    public LogIndex AppliedIndex => _waiters.Applied;

    /// <inheritdoc/>
    public bool IsLearner => _parts.Cluster.TryFind(Id, out var self) && self.IsLearner;

    /// <inheritdoc/>
    public bool IsCapable => _parts.Cluster.Version.Length > 0;

    /// <inheritdoc/>
    public string ClusterVersion => _parts.Cluster.Version;

    /// <inheritdoc/>
    public string StorageVersion => _parts.Store.StorageVersion ?? string.Empty;

    /// <inheritdoc/>
    public IReadOnlyList<ClusterMember> Members => _parts.Cluster.Members;

    /// <inheritdoc/>
    public IReadOnlyCollection<MemberId> RemovedMembers => _parts.Cluster.Removed;

    /// <inheritdoc/>
    public IReadOnlyList<Alarm> Alarms => _parts.Alarms.All;

    /// <inheritdoc/>
    public AuthState Auth => _parts.Auth.State;

    /// <inheritdoc/>
    public SimpleTokens Tokens => _parts.Tokens;

    /// <inheritdoc/>
    public string DowngradeTarget => _parts.Cluster.DowngradeTarget;

    /// <inheritdoc/>
    public Lessor Lessor => _parts.Lessor;

    /// <inheritdoc/>
    public WatchHub Watchers { get; }

    /// <summary>The store, for reads, hashes and history. Writes go through <see cref="Propose"/> only.</summary>
    public MvccStore Store => _parts.Store;

    /// <inheritdoc/>
    public MemberMetrics Metrics => _options.Metrics;

    /// <inheritdoc/>
    public int ProposalsPending => _pending.Count;

    /// <inheritdoc/>
    public Quota Quota => _parts.Quota;

    /// <summary>What stopped the member, if it failed.</summary>
    public Exception? Failure => _status.Failure;

    /// <summary>
    /// Opens or creates the member's data; nothing runs before <see cref="Start"/>. The exceptions are those of reading
    /// the data: <see cref="MemberStartException"/>, <see cref="CorruptionException"/>, <see cref="IOException"/>.
    /// </summary>
    public static Member Open(MemberOptions options)
    {
        options = options.WithMetrics();

        // The member does not exist while its data is opened, so a failure in between is kept for it.
        Member? member = null;
        Exception? early = null;
        var boot = new MemberBoot(options, failure =>
        {
            if (Volatile.Read(ref member) is { } opened)
            {
                opened.Fail(failure);
            }
            else
            {
                early = failure;
            }
        }).Run();
        Volatile.Write(ref member, new Member(options, boot));
        if (early is not null)
        {
            member.Dispose();
            throw new IOException("the backend failed while it was opened", early);
        }

        return member;
    }

    /// <summary>
    /// For a member that has data and was told to compare it first: false if a peer has other data at the same
    /// revision, and this member must not start. Called before <see cref="Start"/>.
    /// </summary>
    public Task<bool> IsSoundAtStartAsync() =>
        _options.Corruption.ChecksAtStart && _parts.Backend.ConsistentIndex != LogIndex.Zero
            ? _corruption.IsSoundAtStartAsync()
            : Task.FromResult(true);

    /// <summary>Starts the loops. Answers may come from now on.</summary>
    public void Start()
    {
        if (_options.Transport is { } transport)
        {
            _peers.Start(transport, _boot, Roster);
        }

        _storeWorker.Start();
        Watchers.Publish(_parts.Store.CurrentRevision);
        Watchers.Start(Fail);
        Run("raft", _raft.Run);
        Run("apply", _applier.Run);
        Run("housekeeping", _housekeeper.Run);
        _timer = _options.Time.CreateTimer(
            static state => ((RaftLoop)state!).Post(RaftInput.Of(RaftInputKind.Tick)), // The state is passed below.
            _raft,
            _options.TickInterval,
            _options.TickInterval);
        var corruption = _options.Corruption;
        Repeat(_options.DowngradeCheckInterval, _versions.EndDowngradeAsync);
        Repeat(corruption.CheckInterval, () => WhileLeading(_corruption.CheckAsync));
        if (AutoCompactor.Kind(_options.AutoCompaction, _parts.Store.CurrentRevision) is { } kind)
        {
            var compactor = new AutoCompactor(
                kind, () => _parts.Store.CurrentRevision, IsLedByAnother, CompactAsync, _options.Time, _options.Log);
            Repeat(compactor.Interval, compactor.LookAsync);
        }

        Repeat(
            corruption.ChecksCompactions ? corruption.CompactionCheckInterval : TimeSpan.Zero,
            () => WhileLeading(_corruption.CheckCompactionsAsync));
    }

    /// <inheritdoc/>
    public void OnBatchAnswered(Action flush) => _flushes.Add(flush);

    /// <inheritdoc/>
    public ulong NextRequestId() => _ids.Next();

    /// <inheritdoc/>
    public void Propose(ulong requestId, ReadOnlyMemory<byte> request, IProposalWaiter waiter)
    {
        var refusal = request.Length > _options.RequestBytesMax
            ? Refusal.RequestTooLarge
            : AddPending(requestId, waiter, request.Length);
        if (refusal != Refusal.None)
        {
            waiter.Refused(refusal);
            return;
        }

        Post(new RaftInput(RaftInputKind.Proposal, requestId, request, null));
    }

    /// <inheritdoc/>
    public void RefuseForSpace(IProposalWaiter waiter) => QuotaExceeded(waiter);

    /// <inheritdoc/>
    public bool TryReadIndexNow() => _status.CanReadNow;

    /// <inheritdoc/>
    public void ReadIndex(IReadWaiter waiter)
    {
        if (_stopping || !_raft.PostRead(waiter))
        {
            waiter.Refused(Refusal.Stopped);
        }
    }

    /// <inheritdoc/>
    public ValueTask<PeerLeaseRenewal> RenewLeaseAsync(LeaseId lease, CancellationToken cancellation) =>
        _leases.RenewAsync(lease, cancellation);

    /// <inheritdoc/>
    public ValueTask<PeerLeaseTimes> LeaseTimesAsync(LeaseId lease, bool withKeys, CancellationToken cancellation) =>
        _leases.TimesAsync(lease, withKeys, cancellation);

    /// <summary>
    /// Ends everything in order: no new requests, waiting ones refused, log and backend synced and closed. Blocks until
    /// done; may be called more than once, but not from one of the member's threads.
    /// </summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stopping = true;
        _timer?.Dispose();
        _leaving?.Dispose();
        _repeated.ForEach(work => work.Dispose());
        _raft.Close();
        _applier.Close();
        _housekeeper.Close();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _options.Transport?.Stop();
        RefuseEverything();
        _storeWorker.Dispose();
        Watchers.Dispose();
        CloseFiles();
        _raft.Dispose();
        _applier.Dispose();
        _housekeeper.Dispose();
        _ready.TrySetCanceled();
    }

    private static SnapshotDirectory SnapshotsOf(MemberOptions options, BootResult boot)
    {
        var metrics = options.Metrics;
        return new SnapshotDirectory(
            options.Disk,
            boot.Layout.Snapshots,
            new PhaseTimer(options.Time, metrics.SnapshotEncodeSeconds, null, metrics.SnapshotSyncSeconds));
    }

    private void Repeat(TimeSpan interval, Func<Task> work)
    {
        if (interval > TimeSpan.Zero)
        {
            _repeated.Add(new RepeatedWork(_options.Time, interval, work, FailUnlessStopping));
        }
    }

    private Task WhileLeading(Func<Task> work) => Leader == Id ? work() : Task.CompletedTask;

    private void FailUnlessStopping(Exception failure)
    {
        if (!_stopping)
        {
            Fail(failure);
        }
    }

    private void Run(string name, Action body)
    {
        var thread = new Thread(() =>
        {
            try
            {
                body();
            }
            catch (Exception failure)
            {
                Fail(failure);
            }
        })
        {
            IsBackground = true,
            Name = name,
        };
        _threads.Add(thread);
        thread.Start();
    }

    private Refusal AddPending(ulong requestId, IProposalWaiter waiter, int bytes)
    {
        if (_stopping || _status.Failure is not null)
        {
            return Refusal.Stopped;
        }

        // Read in this order, the difference is never negative.
        var applied = AppliedIndex;
        return CommittedIndex > applied && CommittedIndex - applied > Limits.UnappliedEntriesMax
            ? Refusal.TooManyRequests
            : _pending.TryAdd(requestId, new PendingRequest(waiter, _options.Time.GetTimestamp(), bytes));
    }

    private void Post(in RaftInput input)
    {
        if (!_raft.Post(input) && _pending.TryTake(input.Id, out var pending))
        {
            pending.Waiter.Refused(Refusal.Stopped);
        }
    }

    /// <summary>
    /// Stops acknowledging at once. The loops end; what they hold is not answered as done. The process is told to end.
    /// </summary>
    private void Fail(Exception failure)
    {
        if (!_status.TryFail(failure))
        {
            return;
        }

        _stopping = true;
        _parts.Backend.Poison(failure);
        _options.Log?.Log(
            RaftLogLevel.Error, "the member failed and stops", new KeyValuePair<string, object?>("error", failure));
        _raft.Close();
        _applier.Close();
        _housekeeper.Close();
        _ready.TrySetException(failure);
        _options.OnFatal?.Invoke(failure);
    }

    private void RefuseEverything()
    {
        var requests = new List<PendingRequest>();
        _pending.Close(requests);
        foreach (var request in requests)
        {
            request.Waiter.Refused(Refusal.Stopped);
        }

        _reads.Close();
        var reads = new List<IReadWaiter>();
        _waiters.TakeAll(reads);
        foreach (var read in reads)
        {
            read.Refused(Refusal.Stopped);
        }

        FlushAnswers();
    }

    private void CloseFiles()
    {
        try
        {
            _parts.Backend.Dispose();
        }
        finally
        {
            _log.Dispose();
        }
    }

    private void FlushAnswers()
    {
        foreach (var flush in _flushes)
        {
            flush();
        }
    }
}
