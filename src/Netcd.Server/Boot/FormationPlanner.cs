using System.Net;
using Netcd.Raft;
using Netcd.Server.Peers;
using Netcd.Wal;

namespace Netcd.Server.Boot;

/// <summary>
/// Decides who a member without a log starts with: a new cluster, or one that runs already and is asked. Source: etcd's
/// server/etcdserver/bootstrap.go.
/// </summary>
public sealed class FormationPlanner
{
    private static readonly TimeSpan MembersLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ResolveLimit = TimeSpan.FromSeconds(30);

    private readonly MemberOptions _options;
    private readonly IClusterDiscovery? _discovery;
    private readonly PeerUrlComparer _comparer;
    private readonly InitialClusterCheck _check;
    private readonly ClusterInquiry? _inquiry;

    /// <param name="options">The member; its <see cref="MemberOptions.PeerClient"/> asks running ones.</param>
    /// <param name="discovery">Where the members of a new cluster find each other, if not by the flags.</param>
    /// <param name="lookup">Resolves host names; null for the system's resolver.</param>
    public FormationPlanner(MemberOptions options, IClusterDiscovery? discovery = null, HostLookup? lookup = null)
    {
        _options = options;
        _discovery = discovery;
        _comparer = new PeerUrlComparer(lookup ?? Dns.GetHostAddressesAsync, options.Time, options.Log);
        _check = new InitialClusterCheck(options, _comparer);
        _inquiry = options.PeerClient is { } client ? new ClusterInquiry(client, options.Time, options.Log) : null;
    }

    /// <summary>The formation; null if the member has a log, which then knows better than the flags.</summary>
    /// <exception cref="MemberStartException">The flags do not fit each other or the running members.</exception>
    public async Task<ClusterFormation?> DecideAsync(CancellationToken cancellation)
    {
        var wal = new DataLayout(_options.DataDirectory, _options.WalDirectory).Wal;
        if (WriteAheadLog.Exists(_options.Disk, wal))
        {
            if (_discovery is not null)
            {
                Log(
                    RaftLogLevel.Warning,
                    "discovery token is ignored since cluster already initialized; valid logs are found",
                    new KeyValuePair<string, object?>("wal-dir", wal));
            }

            return null;
        }

        return _options.IsNewCluster ? await NewAsync(cancellation) : await ExistingAsync(cancellation);
    }

    private async Task<ClusterFormation> NewAsync(CancellationToken cancellation)
    {
        await _check.CheckNewAsync(cancellation);
        var token = _options.InitialClusterToken;
        var formation = ClusterFormation.OfNew(_options.Name, _options.InitialCluster, token);
        if (await IsBootstrappedAsync(formation, cancellation))
        {
            throw new MemberStartException($"member {formation.Self} has already been bootstrapped");
        }

        if (_discovery is null)
        {
            return formation;
        }

        var found = await _discovery.JoinAsync(
            formation.Self, InitialClusterCheck.Pairs(_options.InitialCluster), cancellation);
        InitialClusterCheck.CheckDuplicates("discovery", found);
        var whole = ClusterFormation.OfNew(_options.Name, found, token);
        return whole.Self == formation.Self
            ? whole
            : throw new MemberStartException(
                $"the discovery service knows member {_options.Name} as {whole.Self}, not as {formation.Self}");
    }

    // A data directory that was lost must not come back as a new cluster beside the old one.
    private async Task<bool> IsBootstrappedAsync(ClusterFormation formation, CancellationToken cancellation)
    {
        if (_inquiry is null)
        {
            return false;
        }

        var found = await _inquiry.MembersAsync(
            OtherUrls(formation.Members), _options.BootstrapTimeout, isSilent: true, cancellation);
        return found?.Members.FirstOrDefault(member => member.Id == formation.Self) is { ClientUrls.Count: > 0 };
    }

    private async Task<ClusterFormation> ExistingAsync(CancellationToken cancellation)
    {
        _check.CheckExisting(_discovery is not null);
        var inquiry = _inquiry
            ?? throw new MemberStartException("joining an existing cluster needs a peer transport");
        var local = ClusterFormation.MembersOf(_options.InitialCluster, _options.InitialClusterToken);
        var existing = await inquiry.MembersAsync(OtherUrls(local), MembersLimit, isSilent: false, cancellation);
        if (existing is not { Members.Count: > 0 })
        {
            var reason = existing is null
                ? "could not retrieve cluster information from the given URLs"
                : "failed to get raft cluster member(s) from the given URLs";
            throw new MemberStartException($"cannot fetch cluster info from peer urls: {reason}");
        }

        var members = await MatchAsync(local, existing, cancellation);
        var self = members.Find(member => member.Name == _options.Name)
            ?? throw ClusterFormation.UnknownName(_options.Name);
        var others = members.FindAll(member => member.Id != self.Id);
        if (!await inquiry.IsCompatibleAsync(others, _options.RequestTimeout, cancellation))
        {
            throw new MemberStartException("incompatible with current running cluster");
        }

        LearnerLimit.Check(existing.Members, _options.LearnersMax);
        return new ClusterFormation(self.Id, existing.ClusterId, members, IsNew: false);
    }

    // Gives the members of the flags the ids under which the running cluster has their peer URLs.
    private async Task<List<ClusterMember>> MatchAsync(
        List<ClusterMember> local, RemoteCluster existing, CancellationToken cancellation)
    {
        if (local.Count != existing.Members.Count)
        {
            throw Invalid(existing, "member count is unequal");
        }

        using var limit = new Deadline(_options.Time, ResolveLimit, cancellation);
        var left = new List<ClusterMember>(local);
        var matched = new List<ClusterMember>();

        // Both in the order of ids, so that the problem told is the one that etcd tells.
        foreach (var member in existing.Members)
        {
            var found = left.Find(one => PeerUrlComparer.AreSameText(one.PeerUrls, member.PeerUrls));
            string? problem = null;
            for (var i = 0; i < local.Count && found is null; i++)
            {
                problem = await _comparer.DifferenceAsync(member.PeerUrls, local[i].PeerUrls, limit.Token);
                found = problem is null && left.Contains(local[i]) ? local[i] : null;
            }

            cancellation.ThrowIfCancellationRequested();
            if (found is null)
            {
                throw Invalid(
                    existing,
                    $"PeerURLs: no match found for existing member ({member.Id}, "
                    + $"[{string.Join(' ', member.PeerUrls)}]), last resolver error ({problem})");
            }

            left.Remove(found);
            matched.Add(found with { Id = member.Id, IsLearner = member.IsLearner });
        }

        matched.Sort((one, other) => one.Id.CompareTo(other.Id));
        return matched;
    }

    private string[] OtherUrls(IReadOnlyList<ClusterMember> members) =>
    [
        .. members
            .Where(member => member.Name != _options.Name)
            .SelectMany(member => member.PeerUrls)
            .Order(StringComparer.Ordinal),
    ];

    // The cluster as Go prints the structure.
    private static MemberStartException Invalid(RemoteCluster existing, string problem)
    {
        var members = existing.Members.Select(member =>
            $"&{{ID:{member.Id} RaftAttributes:{{PeerURLs:[{string.Join(' ', member.PeerUrls)}] "
            + $"IsLearner:{(member.IsLearner ? "true" : "false")}}} Attributes:{{Name:{member.Name} "
            + $"ClientURLs:[{string.Join(' ', member.ClientUrls)}]}}}}");
        return new MemberStartException(
            $"error validating peerURLs {{ClusterID:{existing.ClusterId:x} Members:[{string.Join(' ', members)}] "
            + $"RemovedMemberIDs:[]}}: {problem}");
    }

    private void Log(RaftLogLevel level, string message, params ReadOnlySpan<KeyValuePair<string, object?>> fields) =>
        _options.Log?.Log(level, message, fields);
}
