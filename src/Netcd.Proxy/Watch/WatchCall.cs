using System.Threading.Channels;
using Google.Protobuf;
using Netcd.Base.Protobuf;
using Netcd.Client;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;

namespace Netcd.Proxy.Watch;

/// <summary>
/// One Watch call. Its loop owns the watchers; requests are taken in order. Source: server/proxy/grpcproxy/watch.go.
/// </summary>
internal sealed class WatchCall : IStreamCall
{
    private const long InvalidWatchId = -1;

    // Watchers that the members ended are forgotten when as many more were made.
    private const int WatchersBetweenSweeps = 256;

    private readonly WatchMethod _method;
    private readonly CallOutput _call;
    private readonly WatchOutput _output;
    private readonly Caller _caller;
    private readonly CancellationTokenSource _over;

    // Null wakes the loop: there is room again.
    private readonly Channel<WatchRequest?> _requests = Channel.CreateBounded<WatchRequest?>(Limits.WatchRequestsMax);
    private readonly Dictionary<long, ProxyWatcher> _watchers = [];
    private long _nextId;
    private int _isRoom;

    /// <param name="method">What all calls share.</param>
    /// <param name="output">Where answers go.</param>
    /// <param name="caller">Who watches.</param>
    /// <param name="over">Cancelled when the call is over.</param>
    public WatchCall(WatchMethod method, CallOutput output, Caller caller, CancellationTokenSource over)
    {
        _over = over;
        _method = method;
        _call = output;
        _output = new WatchOutput(output);
        _caller = caller;
        _ = RunAsync();
    }

    public void OnMessage(ReadOnlySpan<byte> message)
    {
        _call.Received();
        try
        {
            if (!_requests.Writer.TryWrite(WatchRequest.Parser.ParseFrom(message)))
            {
                _call.Finish(CallStatus.TooManyRequests);
            }
        }
        catch (InvalidProtocolBufferException problem)
        {
            _call.Finish(GrpcErrors.StreamUnmarshal(new ProtoException(problem.Message)));
        }
    }

    public void OnHalfClose() => _call.Finish(CallStatus.Canceled);

    public void OnWritable()
    {
        if (_output.SendWaiting())
        {
            Volatile.Write(ref _isRoom, 1);

            // A loop whose queue is full is busy, and looks by itself.
            _requests.Writer.TryWrite(null);
        }
    }

    public void OnClosed(StreamCloseReason reason)
    {
        _call.Closed(reason);
        _over.Cancel();
        _requests.Writer.TryComplete();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var request in _requests.Reader.ReadAllAsync(_over.Token))
            {
                if (Interlocked.Exchange(ref _isRoom, 0) != 0)
                {
                    GoOn();
                }

                if (request is not null)
                {
                    await TakeAsync(request);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The client left.
        }
        catch (Exception problem)
        {
            _call.Finish(CallStatus.OfMade(problem));
        }
        finally
        {
            foreach (var watcher in _watchers.Values)
            {
                _method.Hub.Remove(watcher);
            }
        }
    }

    // Watchers that were set aside go on where they were.
    private void GoOn()
    {
        foreach (var watcher in _output.TakeAside())
        {
            if (!watcher.IsOver)
            {
                _method.Hub.Add(watcher);
            }
        }
    }

    private async Task TakeAsync(WatchRequest request)
    {
        switch (request.RequestUnionCase)
        {
            case WatchRequest.RequestUnionOneofCase.CreateRequest:
                await CreateAsync(request.CreateRequest);
                break;
            case WatchRequest.RequestUnionOneofCase.CancelRequest:
                Cancel(request.CancelRequest.WatchId);
                break;
            default:
                _method.Log.Error("not supported request type by gRPC proxy");
                break;
        }
    }

    private async Task CreateAsync(WatchCreateRequest request)
    {
        if (request.StartRevision < 0)
        {
            Refuse(EtcdErrors.Compacted, new ResponseHeader());
            return;
        }

        try
        {
            await _method.CheckAsync(request, _caller, _over.Token);
        }
        catch (EtcdException problem)
        {
            Refuse(problem.Message, new ResponseHeader());
            return;
        }

        var watcher = new ProxyWatcher(_output, _nextId, request, _caller);
        if (!watcher.Interval.IsValid)
        {
            Refuse("", null);
            return;
        }

        if (_nextId++ % WatchersBetweenSweeps == 0)
        {
            Sweep();
        }

        _watchers[watcher.Id] = watcher;
        _method.Hub.Add(watcher);
        _method.Log.Debug("create watcher", ("watcherId", watcher.Id));
    }

    private void Cancel(long id)
    {
        if (_watchers.Remove(id, out var watcher))
        {
            var wasOver = watcher.IsOver;
            _method.Hub.Remove(watcher);
            if (!wasOver)
            {
                watcher.SendCanceled("", 0, null);
            }
        }

        _method.Log.Debug("cancel watcher", ("watcherId", id));
    }

    private void Sweep()
    {
        foreach (var watcher in _watchers.Values.Where(static watcher => watcher.IsOver).ToArray())
        {
            _watchers.Remove(watcher.Id);
        }
    }

    private void Refuse(string reason, ResponseHeader? header) => _output.Post(new WatchResponse
    {
        Header = header, WatchId = InvalidWatchId, Created = true, Canceled = true, CancelReason = reason,
    }.ToByteArray());
}
