using Google.Protobuf;
using Netcd.Base.Buffers;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;

namespace Netcd.Api.Inner;

/// <summary>
/// A Watch call that the API makes to itself. Holds one response at most: what comes meanwhile waits with the watchers'
/// hub, as it does for a slow client.
/// </summary>
internal sealed class InnerWatch : StreamOut, IDisposable
{
    private readonly Lock _lock = new();
    private readonly IStreamCall _call;

    // Guarded by _lock.
    private WatchResponse? _next;
    private TaskCompletionSource<WatchResponse?>? _reader;
    private bool _isEnded;
    private bool _wasRefused;
    private bool _isDisposed;

    public InnerWatch(Method method, in CallHead head, WatchCreateRequest request)
    {
        _call = (method.Stream ?? throw new InvalidOperationException("not a stream")).Open(head, this);
        var message = new WatchRequest { CreateRequest = request };
        _call.OnMessage(message.ToByteArray());
    }

    /// <summary>The next response; null when the watch has ended without one.</summary>
    public async Task<WatchResponse?> NextAsync(CancellationToken cancellation)
    {
        TaskCompletionSource<WatchResponse?> reader;
        lock (_lock)
        {
            if (_isEnded)
            {
                return null;
            }

            reader = new TaskCompletionSource<WatchResponse?>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_next is not null)
            {
                reader.SetResult(_next);
                _next = null;
            }
            else
            {
                _reader = reader;
            }
        }

        Resume();
        await using var registration = cancellation.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource<WatchResponse?>)state!).TrySetCanceled(token), reader);
        return await reader.Task;
    }

    public override bool TryWrite(ReadOnlySpan<byte> head, SharedBytes? body)
    {
        try
        {
            lock (_lock)
            {
                if (_next is not null)
                {
                    _wasRefused = true;
                    return false;
                }

                if (_isDisposed)
                {
                    return true;
                }

                byte[] message = [.. head, .. body is null ? [] : body.Span];
                var response = WatchResponse.Parser.ParseFrom(message);
                if (_reader is null || !_reader.TrySetResult(response))
                {
                    _next = response;
                }

                _reader = null;
                return true;
            }
        }
        finally
        {
            body?.Release();
        }
    }

    public override void Finish(Status status)
    {
        lock (_lock)
        {
            _isEnded = true;
            _reader?.TrySetResult(null);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _next = null;
        }

        _call.OnClosed(StreamCloseReason.Canceled);
    }

    private void Resume()
    {
        lock (_lock)
        {
            if (!_wasRefused || _isDisposed)
            {
                return;
            }

            _wasRefused = false;
        }

        _call.OnWritable();
    }
}
