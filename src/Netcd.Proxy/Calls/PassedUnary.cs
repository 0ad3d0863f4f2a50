using Netcd.Grpc;
using Netcd.Grpc.Client;

namespace Netcd.Proxy.Calls;

/// <summary>
/// A unary method that is passed on as it is. To the transport it is a stream, so that it hears of a caller who leaves:
/// the member must hear of it too, for locks and campaigns are given up then.
/// </summary>
internal sealed class PassedUnary : IStreamHandler
{
    private readonly Upstream _upstream;
    private readonly bool _isRepeatable;

    /// <param name="upstream">Where it goes.</param>
    /// <param name="service">The service.</param>
    /// <param name="name">The method.</param>
    /// <param name="isRepeatable">Whether it may be asked of another member when one is gone meanwhile.</param>
    public PassedUnary(Upstream upstream, string service, string name, bool isRepeatable)
    {
        _upstream = upstream;
        _isRepeatable = isRepeatable;
        Method = new Method(service, name, this, clientStreaming: false, serverStreaming: false);
    }

    public Method Method { get; }

    public IStreamCall Open(in CallHead head, StreamOut output) =>
        new Call(this, output, PassedMetadata.Of(head), new CancellationTokenSource());

    private async Task<byte[]> AskAsync(byte[] request, CallOptions options, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var channel = _upstream.Current;
            try
            {
                return await channel.CallAsync(Method.Path, request, options, cancellation);
            }
            catch (GrpcException gone) when (gone.Code == StatusCode.Unavailable && !IsSaidByMember(gone))
            {
                _upstream.Failed(channel);
                if (!_isRepeatable || attempt >= _upstream.Count)
                {
                    throw;
                }
            }
        }
    }

    private static bool IsSaidByMember(GrpcException refusal) =>
        refusal.Status.Message.StartsWith("etcdserver: ", StringComparison.Ordinal);

    private sealed class Call(
        PassedUnary method, StreamOut output, CallOptions options, CancellationTokenSource over) : IStreamCall
    {
        public void OnMessage(ReadOnlySpan<byte> message) => _ = RunAsync(message.ToArray());

        public void OnHalfClose()
        {
            // The one request was all that comes.
        }

        public void OnWritable()
        {
            // One message is always taken.
        }

        public void OnClosed(StreamCloseReason reason) => over.Cancel();

        private async Task RunAsync(byte[] request)
        {
            try
            {
                output.TryWrite(await method.AskAsync(request, options, over.Token), body: null);
                output.Finish(Status.OK);
            }
            catch (GrpcException refused)
            {
                output.Finish(refused.Status);
            }
            catch (Exception end) when (end is OperationCanceledException or IOException)
            {
                output.Finish(new Status(StatusCode.Unavailable, end.Message));
            }
        }
    }
}
