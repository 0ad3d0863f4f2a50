namespace Netcd.Server.Boot;

/// <summary>
/// Checks of the initial cluster against this member's own flags, with etcd's texts. Source: VerifyBootstrap and
/// VerifyJoinExisting of etcd's server/config/config.go.
/// </summary>
internal sealed class InitialClusterCheck(MemberOptions options, PeerUrlComparer comparer)
{
    private static readonly TimeSpan ResolveLimit = TimeSpan.FromSeconds(30);

    /// <summary>For a new cluster.</summary>
    /// <exception cref="MemberStartException">The first check that fails.</exception>
    internal async Task CheckNewAsync(CancellationToken cancellation)
    {
        var own = Own();
        await CheckAdvertisedAsync(own, cancellation);
        CheckDuplicates("initial", options.InitialCluster);
    }

    /// <summary>For joining: the member announced its peer URLs already, they need not be given again.</summary>
    /// <exception cref="MemberStartException">The first check that fails.</exception>
    internal void CheckExisting(bool hasDiscovery)
    {
        Own();
        CheckDuplicates("initial", options.InitialCluster);
        if (hasDiscovery)
        {
            throw new MemberStartException("discovery URL should not be set when joining existing initial cluster");
        }
    }

    /// <exception cref="MemberStartException">Two members, or one twice, have the same URL.</exception>
    internal static void CheckDuplicates(string kind, IReadOnlyList<InitialMember> cluster)
    {
        var urls = cluster.SelectMany(member => member.PeerUrls).ToArray();
        if (urls.Distinct(StringComparer.Ordinal).Count() != urls.Length)
        {
            throw new MemberStartException($"{kind} cluster {Pairs(cluster)} has duplicate url");
        }
    }

    /// <summary><c>name=url</c> pairs, sorted.</summary>
    internal static string Pairs(IReadOnlyList<InitialMember> cluster) =>
        string.Join(
            ',',
            cluster
                .SelectMany(member => member.PeerUrls.Select(url => $"{member.Name}={url}"))
                .Order(StringComparer.Ordinal));

    private InitialMember Own() =>
        options.InitialCluster.FirstOrDefault(member => member.Name == options.Name)
        ?? throw ClusterFormation.UnknownName(options.Name);

    private async Task CheckAdvertisedAsync(InitialMember own, CancellationToken cancellation)
    {
        using var limit = new Deadline(options.Time, ResolveLimit, cancellation);
        var advertised = options.AdvertisePeerUrls.Order(StringComparer.Ordinal).ToArray();
        var difference = await comparer.DifferenceAsync(advertised, own.PeerUrls, limit.Token);
        cancellation.ThrowIfCancellationRequested();
        if (difference is null)
        {
            return;
        }

        var list = string.Join(',', advertised);
        var notAdvertised = own.PeerUrls.Except(advertised, StringComparer.Ordinal).ToArray();
        if (notAdvertised.Length > 0)
        {
            throw new MemberStartException(
                $"--initial-cluster has {string.Join(',', notAdvertised.Select(url => $"{own.Name}={url}"))} but "
                + $"missing from --initial-advertise-peer-urls={list} ({difference})");
        }

        var asCluster = Pairs([new InitialMember(own.Name, advertised)]);
        var notInCluster = advertised.Except(own.PeerUrls, StringComparer.Ordinal).ToArray();
        throw new MemberStartException(
            notInCluster.Length > 0
                ? $"--initial-advertise-peer-urls has {string.Join(',', notInCluster)} but missing from "
                  + $"--initial-cluster={asCluster}"
                : $"failed to resolve {list} to match --initial-cluster={asCluster} ({difference})");
    }
}
