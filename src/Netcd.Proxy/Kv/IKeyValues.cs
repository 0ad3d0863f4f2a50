using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;

namespace Netcd.Proxy.Kv;

/// <summary>Keys and values as a proxy's callers see them: what etcd's proxy wraps one around the other.</summary>
internal interface IKeyValues
{
    Task<RangeResponse> RangeAsync(RangeRequest request, Caller caller, CancellationToken cancellation);

    Task<PutResponse> PutAsync(PutRequest request, Caller caller, CancellationToken cancellation);

    Task<DeleteRangeResponse> DeleteRangeAsync(
        DeleteRangeRequest request, Caller caller, CancellationToken cancellation);

    Task<TxnResponse> TxnAsync(TxnRequest request, Caller caller, CancellationToken cancellation);

    Task<CompactionResponse> CompactAsync(CompactionRequest request, Caller caller, CancellationToken cancellation);
}
