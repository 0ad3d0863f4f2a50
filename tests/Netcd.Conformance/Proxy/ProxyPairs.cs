using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Proxy;

/// <summary>Which proxy stands before which member.</summary>
internal static class ProxyPairs
{
    /// <summary>All: what real programs do is what ours must do too.</summary>
    public static TheoryData<ServerKind, ServerKind> All => new()
    {
        { ServerKind.Go, ServerKind.Go },
        { ServerKind.Netcd, ServerKind.Netcd },
        { ServerKind.Netcd, ServerKind.Go },
        { ServerKind.Go, ServerKind.Netcd },
    };

    /// <summary>Ours before both, for what real proxies do not do.</summary>
    public static TheoryData<ServerKind, ServerKind> Ours => new()
    {
        { ServerKind.Netcd, ServerKind.Netcd },
        { ServerKind.Netcd, ServerKind.Go },
    };
}
