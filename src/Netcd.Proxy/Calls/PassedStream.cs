using System.Threading.Channels;
using Google.Protobuf;
using Netcd.Grpc;
using Netcd.Grpc.Client;

namespace Netcd.Proxy.Calls;

/// <summary>A streaming method that is passed on, message by message in both directions.</summary>
internal sealed class PassedStream<TRequest, TResponse> : IStreamHandler
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    // Requests that the member has not taken yet; a client that sends more is refused.
    private const int RequestsMax = 1024;

    private readonly Upstream _upstream;
    private readonly MessageParser<TRequest> _requests;
    private readonly MessageParser<TResponse> _responses;

    public PassedStream(
        Upstream upstream,
        string service,
        string name,
        bool clientStreaming,
        MessageParser<TRequest> requests,
        MessageParser<TResponse> responses)
    {
        _upstream = upstream;
        _requests = requests;
        _responses = responses;
        Method = new Method(service, name, this, clientStreaming, serverStreaming: true);
    }

    public Method Method { get; }

    public IStreamCall Open(in CallHead head, StreamOut output)
    {
        var channel = _upstream.Current;
        var call = new Call(
            this, output, channel, channel.OpenStream(Method.Path, _responses, PassedMetadata.Of(head)),
            new CancellationTokenSource());
        call.Start();
        return call;
    }

    private sealed class Call(
        PassedStream<TRequest, TResponse> method,
        StreamOut output,
        GrpcChannel channel,
        StreamingCall<TResponse> inner,
        CancellationTokenSource over) : IStreamCall
    {
        private readonly Channel<TRequest> _waiting = Channel.CreateBounded<TRequest>(RequestsMax);
        private readonly Lock _lock = new();

        // Guarded by _lock: set while a message waits for room.
        private TaskCompletionSource? _room;

        public void Start()
        {
            _ = SendAsync();
            _ = ReceiveAsync();
        }

        public void OnMessage(ReadOnlySpan<byte> message)
        {
            try
            {
                if (!_waiting.Writer.TryWrite(method._requests.ParseFrom(message)))
                {
                    output.Finish(new Status(StatusCode.ResourceExhausted, "netcd: too many requests wait"));
                }
            }
            catch (InvalidProtocolBufferException problem)
            {
                output.Finish(new Status(
                    StatusCode.Internal, $"grpc: failed to unmarshal the received message: {problem.Message}"));
            }
        }

        public void OnHalfClose() => _waiting.Writer.TryComplete();

        public void OnWritable()
        {
            lock (_lock)
            {
                _room?.TrySetResult();
                _room = null;
            }
        }

        public void OnClosed(StreamCloseReason reason)
        {
            over.Cancel();
            _waiting.Writer.TryComplete();
            inner.Dispose();
        }

        private async Task SendAsync()
        {
            try
            {
                await foreach (var request in _waiting.Reader.ReadAllAsync(over.Token))
                {
                    await inner.WriteAsync(request, over.Token);
                }

                inner.CompleteWriting();
            }
            catch (Exception end) when (end is OperationCanceledException or IOException or ObjectDisposedException)
            {
                // The receiving side tells the client.
            }
        }

        private async Task ReceiveAsync()
        {
            try
            {
                await foreach (var response in inner.ReadAllAsync(over.Token))
                {
                    await WriteAsync(response.ToByteArray());
                }

                output.Finish(Status.OK);
            }
            catch (GrpcException refused)
            {
                if (refused.Code == StatusCode.Unavailable)
                {
                    method._upstream.Failed(channel);
                }

                output.Finish(refused.Status);
            }
            catch (Exception end) when (end is OperationCanceledException or IOException or ObjectDisposedException)
            {
                method._upstream.Failed(channel);
                output.Finish(new Status(StatusCode.Unavailable, end.Message));
            }
        }

        private async Task WriteAsync(byte[] message)
        {
            while (true)
            {
                TaskCompletionSource room;
                lock (_lock)
                {
                    room = _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                // Room that comes right after a refusal is heard: whoever waits for it is there already.
                if (output.TryWrite(message, body: null))
                {
                    return;
                }

                await room.Task.WaitAsync(over.Token);
            }
        }
    }
}
