using Netcd.Api.Access;
using Netcd.Api.Calls;
using Netcd.Grpc;

namespace Netcd.Api.Kv;

/// <summary>KV.RangeStream of etcd 3.7: a range in several messages.</summary>
internal sealed class RangeStreamMethod(ApiContext api)
    : StreamMethod(api, Rpc.KvRangeStream, clientStreaming: false)
{
    protected override IStreamCall Begin(in CallHead head, StreamOut output) =>
        new RangeStreamCall(this, output, head);
}
