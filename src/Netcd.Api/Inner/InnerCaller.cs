using Google.Protobuf;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;

namespace Netcd.Api.Inner;

/// <summary>
/// Calls methods of the API on behalf of a caller: with the caller's token and certificate, so that permissions are
/// the caller's own. Refusals come as <see cref="RefusedException"/>.
/// </summary>
internal sealed class InnerCaller(InnerMethods methods, in CallHead head)
{
    private readonly KeptMetadata _metadata = new(head.Metadata);
    private readonly PeerIdentity _peer = head.Peer;

    public Task<RangeResponse> RangeAsync(RangeRequest request) =>
        CallAsync(methods.Range, request, RangeResponse.Parser);

    public Task<DeleteRangeResponse> DeleteAsync(ByteString key) =>
        CallAsync(methods.DeleteRange, new DeleteRangeRequest { Key = key }, DeleteRangeResponse.Parser);

    public Task<TxnResponse> TxnAsync(TxnRequest request) => CallAsync(methods.Txn, request, TxnResponse.Parser);

    public Task<LeaseGrantResponse> GrantAsync(LeaseGrantRequest request) =>
        CallAsync(methods.LeaseGrant, request, LeaseGrantResponse.Parser);

    public InnerWatch Watch(WatchCreateRequest request) =>
        new(methods.Watch, new CallHead(methods.Watch, 0, _metadata, _peer), request);

    private async Task<T> CallAsync<T>(Method method, IMessage request, MessageParser<T> parser)
        where T : IMessage<T>
    {
        var call = new InnerCall();
        call.Invoke(method, new CallHead(method, 0, _metadata, _peer), request.ToByteArray());
        return parser.ParseFrom(await call.Answer);
    }
}
