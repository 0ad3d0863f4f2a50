using Netcd.Client.Calls;

namespace Netcd.Client;

/// <summary>
/// Keys and values. Every call is available twice: by name with options, and with etcd's own request message.
/// Reads are repeated at another endpoint while members are unavailable; writes only when they certainly reached none,
/// so a write that fails with Unavailable or DeadlineExceeded may have happened. Thread safe.
/// </summary>
/// <example>
/// <code>
/// await client.Kv.PutAsync("greeting", "hello");
/// var answer = await client.Kv.GetAsync("greeting");
/// Console.WriteLine(answer.Kvs[0].Value.ToStringUtf8());
/// </code>
/// </example>
public sealed class KvClient
{
    internal static readonly GetOptions DefaultGet = new();
    internal static readonly PutOptions DefaultPut = new();
    internal static readonly DeleteOptions DefaultDelete = new();

    private static readonly Rpc<RangeResponse> RangeRpc =
        new("/etcdserverpb.KV/Range", RangeResponse.Parser, RetryClass.Repeatable);

    private static readonly Rpc<PutResponse> PutRpc =
        new("/etcdserverpb.KV/Put", PutResponse.Parser, RetryClass.Once);

    private static readonly Rpc<DeleteRangeResponse> DeleteRangeRpc =
        new("/etcdserverpb.KV/DeleteRange", DeleteRangeResponse.Parser, RetryClass.Once);

    private static readonly Rpc<TxnResponse> TxnRpc =
        new("/etcdserverpb.KV/Txn", TxnResponse.Parser, RetryClass.Once);

    private static readonly Rpc<CompactionResponse> CompactRpc =
        new("/etcdserverpb.KV/Compact", CompactionResponse.Parser, RetryClass.Once);

    private readonly EtcdClient _client;

    internal KvClient(EtcdClient client) => _client = client;

    /// <summary>Reads a key, or the keys that the options say.</summary>
    public Task<RangeResponse> GetAsync(
        EtcdBytes key, GetOptions? options = null, CancellationToken cancellationToken = default) =>
        RangeAsync((options ?? DefaultGet).ToRequest(key), cancellationToken);

    /// <summary>Writes a key.</summary>
    public Task<PutResponse> PutAsync(
        EtcdBytes key, EtcdBytes value, PutOptions? options = null, CancellationToken cancellationToken = default) =>
        PutAsync((options ?? DefaultPut).ToRequest(key, value), cancellationToken);

    /// <summary>Deletes a key, or the keys that the options say.</summary>
    public Task<DeleteRangeResponse> DeleteAsync(
        EtcdBytes key, DeleteOptions? options = null, CancellationToken cancellationToken = default) =>
        DeleteRangeAsync((options ?? DefaultDelete).ToRequest(key), cancellationToken);

    /// <summary>Begins a transaction.</summary>
    public Txn Txn() => new(this);

    /// <summary>Forgets the history before a revision.</summary>
    public Task<CompactionResponse> CompactAsync(
        long revision, CompactOptions? options = null, CancellationToken cancellationToken = default) =>
        CompactAsync(
            new CompactionRequest { Revision = revision, Physical = options is { IsPhysical: true } },
            cancellationToken);

    /// <summary>Reads with etcd's own request.</summary>
    public Task<RangeResponse> RangeAsync(RangeRequest request, CancellationToken cancellationToken = default) =>
        _client.KeySpace is { } space
            ? WithinAsync(RangeRpc, space.Inside(request), space.Outside, cancellationToken)
            : _client.CallAsync(RangeRpc, request, cancellationToken);

    /// <summary>Writes with etcd's own request.</summary>
    public Task<PutResponse> PutAsync(PutRequest request, CancellationToken cancellationToken = default) =>
        _client.KeySpace is { } space
            ? WithinAsync(PutRpc, space.Inside(request), space.Outside, cancellationToken)
            : _client.CallAsync(PutRpc, request, cancellationToken);

    /// <summary>Deletes with etcd's own request.</summary>
    public Task<DeleteRangeResponse> DeleteRangeAsync(
        DeleteRangeRequest request, CancellationToken cancellationToken = default) =>
        _client.KeySpace is { } space
            ? WithinAsync(DeleteRangeRpc, space.Inside(request), space.Outside, cancellationToken)
            : _client.CallAsync(DeleteRangeRpc, request, cancellationToken);

    /// <summary>A transaction with etcd's own request. Never repeated, not even one that only reads.</summary>
    public Task<TxnResponse> TxnAsync(TxnRequest request, CancellationToken cancellationToken = default) =>
        _client.KeySpace is { } space
            ? WithinAsync(TxnRpc, space.Inside(request), space.Outside, cancellationToken)
            : _client.CallAsync(TxnRpc, request, cancellationToken);

    /// <summary>Compacts with etcd's own request.</summary>
    public Task<CompactionResponse> CompactAsync(
        CompactionRequest request, CancellationToken cancellationToken = default) =>
        _client.CallAsync(CompactRpc, request, cancellationToken);

    private async Task<TResponse> WithinAsync<TResponse>(
        Rpc<TResponse> rpc, IMessage request, Action<TResponse> outside, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse>
    {
        var response = await _client.CallAsync(rpc, request, cancellationToken).ConfigureAwait(false);
        outside(response);
        return response;
    }
}
