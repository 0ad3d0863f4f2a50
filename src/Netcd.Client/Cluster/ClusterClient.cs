using Netcd.Client.Calls;

namespace Netcd.Client;

/// <summary>The cluster's members.</summary>
/// <example>
/// <code>
/// var answer = await client.Cluster.MemberListAsync();
/// foreach (var member in answer.Members)
/// {
///     Console.WriteLine($"{member.ID:x} {member.Name} {string.Join(',', member.ClientURLs)}");
/// }
/// </code>
/// </example>
public sealed class ClusterClient
{
    private static readonly Rpc<MemberListResponse> ListRpc =
        new("/etcdserverpb.Cluster/MemberList", MemberListResponse.Parser, RetryClass.Repeatable);

    private static readonly Rpc<MemberAddResponse> AddRpc =
        new("/etcdserverpb.Cluster/MemberAdd", MemberAddResponse.Parser, RetryClass.Once);

    private static readonly Rpc<MemberRemoveResponse> RemoveRpc =
        new("/etcdserverpb.Cluster/MemberRemove", MemberRemoveResponse.Parser, RetryClass.Once);

    private static readonly Rpc<MemberUpdateResponse> UpdateRpc =
        new("/etcdserverpb.Cluster/MemberUpdate", MemberUpdateResponse.Parser, RetryClass.Once);

    private static readonly Rpc<MemberPromoteResponse> PromoteRpc =
        new("/etcdserverpb.Cluster/MemberPromote", MemberPromoteResponse.Parser, RetryClass.Once);

    private readonly EtcdClient _client;

    internal ClusterClient(EtcdClient client) => _client = client;

    /// <summary>The members.</summary>
    /// <param name="isLinearizable">False to ask the one member only, which may be behind.</param>
    /// <param name="cancellationToken">Gives the call up.</param>
    public Task<MemberListResponse> MemberListAsync(
        bool isLinearizable = true, CancellationToken cancellationToken = default) =>
        _client.CallAsync(ListRpc, new MemberListRequest { Linearizable = isLinearizable }, cancellationToken);

    /// <summary>Announces a new member.</summary>
    public Task<MemberAddResponse> MemberAddAsync(
        IEnumerable<string> peerUrls, bool isLearner = false, CancellationToken cancellationToken = default) =>
        _client.CallAsync(
            AddRpc, new MemberAddRequest { PeerURLs = { peerUrls }, IsLearner = isLearner }, cancellationToken);

    /// <summary>Removes a member.</summary>
    public Task<MemberRemoveResponse> MemberRemoveAsync(ulong id, CancellationToken cancellationToken = default) =>
        _client.CallAsync(RemoveRpc, new MemberRemoveRequest { ID = id }, cancellationToken);

    /// <summary>Gives a member other peer addresses.</summary>
    public Task<MemberUpdateResponse> MemberUpdateAsync(
        ulong id, IEnumerable<string> peerUrls, CancellationToken cancellationToken = default) =>
        _client.CallAsync(
            UpdateRpc, new MemberUpdateRequest { ID = id, PeerURLs = { peerUrls } }, cancellationToken);

    /// <summary>Makes a learner a voting member.</summary>
    public Task<MemberPromoteResponse> MemberPromoteAsync(ulong id, CancellationToken cancellationToken = default) =>
        _client.CallAsync(PromoteRpc, new MemberPromoteRequest { ID = id }, cancellationToken);
}
