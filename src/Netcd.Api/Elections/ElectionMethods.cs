using Netcd.Api.Calls;
using Netcd.Api.Inner;
using Netcd.Grpc;

namespace Netcd.Api.Elections;

/// <summary>The methods of the Election service.</summary>
internal static class ElectionMethods
{
    public static IEnumerable<Method> All(ApiContext api, InnerMethods inner) =>
    [
        new CampaignMethod(api, inner).Method,
        new ProclaimMethod(api, inner).Method,
        new LeaderMethod(api, inner).Method,
        new ObserveMethod(api, inner).Method,
        new ResignMethod(api, inner).Method,
    ];
}
