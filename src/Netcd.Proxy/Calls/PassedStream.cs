using Google.Protobuf;
using Netcd.Base.Protobuf;
using Netcd.Client;
using Netcd.Grpc;

namespace Netcd.Proxy.Calls;

/// <summary>
/// A method with one request and many answers that is passed on. The member is read no faster than the caller reads.
/// </summary>
internal sealed class PassedStream<TRequest, TResponse> : IStreamHandler
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private readonly EtcdClient _client;
    private readonly MethodCounters _counters;
    private readonly MessageParser<TRequest> _requests;
    private readonly MessageParser<TResponse> _responses;

    public PassedStream(
        EtcdClient client,
        CallCounters counters,
        string service,
        string name,
        MessageParser<TRequest> requests,
        MessageParser<TResponse> responses)
    {
        _client = client;
        _counters = new MethodCounters(counters, service, name, "server_stream");
        _requests = requests;
        _responses = responses;
        Method = new Method(service, name, this, clientStreaming: false, serverStreaming: true);
    }

    public Method Method { get; }

    public IStreamCall Open(in CallHead head, StreamOut output) =>
        new Call(this, new CallOutput(output, _counters), Caller.Of(head), new CancellationTokenSource());

    private sealed class Call(
        PassedStream<TRequest, TResponse> method, CallOutput output, Caller caller, CancellationTokenSource over)
        : IStreamCall
    {
        private readonly Lock _lock = new();

        // Guarded by _lock: set while a message waits for room.
        private TaskCompletionSource? _room;

        public void OnMessage(ReadOnlySpan<byte> message)
        {
            output.Received();
            try
            {
                _ = RunAsync(method._requests.ParseFrom(message));
            }
            catch (InvalidProtocolBufferException problem)
            {
                output.Finish(GrpcErrors.StreamUnmarshal(new ProtoException(problem.Message)));
            }
        }

        public void OnHalfClose()
        {
            // The one request was all that comes.
        }

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
            output.Closed(reason);
            over.Cancel();
        }

        private async Task RunAsync(TRequest request)
        {
            try
            {
                using var stream = await caller.View(method._client).OpenStreamAsync(
                    method.Method.Path, method._responses, over.Token);
                await stream.WriteAsync(request, over.Token);
                stream.CompleteWriting();
                await foreach (var response in stream.ReadAllAsync(over.Token))
                {
                    await WriteAsync(response.ToByteArray());
                }

                output.Finish(Status.OK);
            }
            catch (Exception problem)
            {
                output.Finish(CallStatus.OfPassed(problem));
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
                if (output.TryWrite(message))
                {
                    return;
                }

                await room.Task.WaitAsync(over.Token);
            }
        }
    }
}
