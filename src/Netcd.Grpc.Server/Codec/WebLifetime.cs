using Microsoft.AspNetCore.Http.Features;

namespace Netcd.Grpc.Server.Codec;

/// <summary>Tells the application that its client left, and lets it give the request up.</summary>
internal sealed class WebLifetime(CancellationTokenSource aborted, Action abort) : IHttpRequestLifetimeFeature
{
    public CancellationToken RequestAborted { get; set; } = aborted.Token;

    public void Abort() => abort();
}
