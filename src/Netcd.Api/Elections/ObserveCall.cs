using Google.Protobuf;
using Netcd.Api.Calls;
using Netcd.Api.Inner;
using Netcd.Api.Locks;
using Netcd.Api.Wire;
using Netcd.Grpc;
using Netcd.Proto.Election;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;

namespace Netcd.Api.Elections;

/// <summary>
/// One Observe call: the leader's value as it is, then each change of it, then the next leader's, without end.
/// Upstream: client/v3/concurrency/election.go, observe.
/// </summary>
internal sealed class ObserveCall(
    ObserveMethod method, StreamOut output, InnerCaller caller, CancellationTokenSource over, in CallHead head)
    : StreamCall(method, output, RequestShapes.LeaderRequest, head)
{
    private readonly Lock _lock = new();

    // Guarded by _lock: set while a message waits for room.
    private TaskCompletionSource? _room;

    public override void OnHalfClose()
    {
        // The one request was all that comes.
    }

    public override void OnWritable()
    {
        lock (_lock)
        {
            _room?.TrySetResult();
            _room = null;
        }
    }

    protected override void Receive(ReadOnlySpan<byte> message) =>
        _ = ObserveAsync(LeaderRequest.Parser.ParseFrom(message).Name);

    protected override void Close() => over.Cancel();

    private async Task ObserveAsync(ByteString name)
    {
        try
        {
            var line = KeyLine.Of(caller, name);
            while (await FindLeaderAsync(line) is { } leader)
            {
                await SendAsync(leader);
                if (!await FollowAsync(leader))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return;
        }
        catch (RefusedException)
        {
            // In etcd, too, the stream ends without a word of the reason.
        }

        Finish(Status.OK);
    }

    // Null: the watch for a first leader ended.
    private async Task<LeaderResponse?> FindLeaderAsync(KeyLine line)
    {
        var oldest = line.Oldest();
        var found = await caller.RangeAsync(oldest);
        if (found.Kvs.Count > 0)
        {
            return new LeaderResponse { Header = found.Header, Kv = found.Kvs[0] };
        }

        using var watch = caller.Watch(new WatchCreateRequest
        {
            Key = oldest.Key, RangeEnd = oldest.RangeEnd, StartRevision = found.Header.Revision,
        });
        while (await watch.NextAsync(over.Token) is { Canceled: false } response)
        {
            if (response.Events.FirstOrDefault(static e => e.Type == Event.Types.EventType.Put) is { } put)
            {
                response.Header.Revision = put.Kv.ModRevision;
                return new LeaderResponse { Header = response.Header, Kv = put.Kv };
            }
        }

        return null;
    }

    // True: the leader's key was deleted. False: the watch ended.
    private async Task<bool> FollowAsync(LeaderResponse leader)
    {
        using var watch = caller.Watch(new WatchCreateRequest
        {
            Key = leader.Kv.Key, StartRevision = leader.Header.Revision + 1,
        });
        while (await watch.NextAsync(over.Token) is { Canceled: false } response)
        {
            foreach (var change in response.Events)
            {
                if (change.Type == Event.Types.EventType.Delete)
                {
                    return true;
                }

                await SendAsync(new LeaderResponse { Header = response.Header, Kv = change.Kv });
            }
        }

        return false;
    }

    private async Task SendAsync(LeaderResponse response)
    {
        var message = response.ToByteArray();
        while (true)
        {
            TaskCompletionSource room;
            lock (_lock)
            {
                room = _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            // Room that comes right after a refusal is heard: whoever waits for it is there already.
            if (TryWrite(message, body: null))
            {
                return;
            }

            await room.Task.WaitAsync(over.Token);
        }
    }
}
