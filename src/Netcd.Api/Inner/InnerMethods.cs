using Netcd.Api.Calls;
using Netcd.Api.Kv;
using Netcd.Api.Leases;
using Netcd.Api.Watch;
using Netcd.Grpc;

namespace Netcd.Api.Inner;

/// <summary>
/// The methods that locks and elections are made of: the same objects as clients call, but what they count is not shown
/// (in etcd too, inner calls do not pass the interceptors that count).
/// </summary>
internal sealed class InnerMethods
{
    public InnerMethods(ApiContext api)
    {
        var uncounted = api.Uncounted();
        Range = new RangeMethod(uncounted).Method;
        DeleteRange = new DeleteRangeMethod(uncounted).Method;
        Txn = new TxnMethod(uncounted).Method;
        Watch = new WatchMethod(uncounted).Method;
        LeaseGrant = new LeaseGrantMethod(uncounted).Method;
    }

    public Method Range { get; }

    public Method DeleteRange { get; }

    public Method Txn { get; }

    public Method Watch { get; }

    public Method LeaseGrant { get; }
}
