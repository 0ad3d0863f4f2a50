using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;
using Netcd.Proxy.Kv;

namespace Netcd.Proxy.Tests.Support;

/// <summary>Members that answer with revisions given beforehand.</summary>
internal sealed class FakeKeyValues(params long[] revisions) : IKeyValues
{
    private readonly Queue<long> _revisions = new(revisions);

    /// <summary>How often they were asked.</summary>
    public int Calls { get; private set; }

    public Task<RangeResponse> RangeAsync(RangeRequest request, Caller caller, CancellationToken cancellation) =>
        Task.FromResult(new RangeResponse { Header = Next() });

    public Task<PutResponse> PutAsync(PutRequest request, Caller caller, CancellationToken cancellation) =>
        Task.FromResult(new PutResponse { Header = Next() });

    public Task<DeleteRangeResponse> DeleteRangeAsync(
        DeleteRangeRequest request, Caller caller, CancellationToken cancellation) =>
        Task.FromResult(new DeleteRangeResponse { Header = Next() });

    public Task<TxnResponse> TxnAsync(TxnRequest request, Caller caller, CancellationToken cancellation) =>
        Task.FromResult(new TxnResponse { Header = Next() });

    public Task<CompactionResponse> CompactAsync(
        CompactionRequest request, Caller caller, CancellationToken cancellation) =>
        Task.FromResult(new CompactionResponse { Header = Next() });

    private ResponseHeader Next()
    {
        Calls++;
        return new ResponseHeader { Revision = _revisions.Count > 1 ? _revisions.Dequeue() : _revisions.Peek() };
    }
}
