using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Netcd.Grpc.Server.Calls;
using Netcd.Grpc.Server.KestrelHttp2;

namespace Netcd.Grpc.Server.Web;

/// <summary>What Kestrel calls for each request that it parsed itself, and the codec for what is not gRPC.</summary>
internal sealed class WebApplication(GrpcHostOptions options, KestrelGrpc grpc) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // The context holds nothing of its own.
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        var listener = context.Features.Get<ListenerOptions>();
        if (listener is { ServesGrpc: true } && Microsoft.AspNetCore.Http.HttpProtocol.IsHttp2(context.Request.Protocol)
            && (KestrelGrpc.IsGrpc(context) || !ServesWeb(listener)))
        {
            await grpc.ServeAsync(context);
            return;
        }

        await ServeWebAsync(context, listener);
    }

    /// <summary>Whether requests that are not gRPC have someone to answer them.</summary>
    public bool ServesWeb(ListenerOptions listener) =>
        listener.ServesWeb && (listener.Web ?? options.Web) is not null;

    /// <summary>Answers a request that is not gRPC; a failure becomes 500 if nothing was sent yet, and a
    /// broken invariant stops the host as it does behind gRPC.</summary>
    public async Task ServeWebAsync(HttpContext context, ListenerOptions? listener)
    {
        var web = listener is { ServesWeb: false } ? null : listener?.Web ?? options.Web;
        if (web is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (Expectation.IsUnknown(context.Request))
        {
            Expectation.Refuse(context.Response);
            return;
        }

        try
        {
            await web(context);
        }
        catch (Exception error) when (
            HandlerFault.IsOurs(error) || !context.RequestAborted.IsCancellationRequested)
        {
            grpc.Fault.ReportWeb(error, context.Request.Path);
            if (context.Response.HasStarted)
            {
                context.Abort();
            }
            else
            {
                context.Response.Clear();
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // The client is gone: nobody to answer.
        }
    }
}
