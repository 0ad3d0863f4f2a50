using Netcd.Client;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;

namespace Netcd.Proxy.Kv;

/// <summary>The members' keys and values, those of the proxy's namespace if it has one.</summary>
internal sealed class MemberKeyValues(EtcdClient client) : IKeyValues
{
    public Task<RangeResponse> RangeAsync(RangeRequest request, Caller caller, CancellationToken cancellation) =>
        caller.View(client).Kv.RangeAsync(request, cancellation);

    public Task<PutResponse> PutAsync(PutRequest request, Caller caller, CancellationToken cancellation) =>
        caller.View(client).Kv.PutAsync(request, cancellation);

    public Task<DeleteRangeResponse> DeleteRangeAsync(
        DeleteRangeRequest request, Caller caller, CancellationToken cancellation) =>
        caller.View(client).Kv.DeleteRangeAsync(request, cancellation);

    public Task<TxnResponse> TxnAsync(TxnRequest request, Caller caller, CancellationToken cancellation) =>
        caller.View(client).Kv.TxnAsync(request, cancellation);

    public Task<CompactionResponse> CompactAsync(
        CompactionRequest request, Caller caller, CancellationToken cancellation) =>
        caller.View(client).Kv.CompactAsync(request, cancellation);
}
