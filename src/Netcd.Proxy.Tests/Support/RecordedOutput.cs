using Netcd.Base.Buffers;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;

namespace Netcd.Proxy.Tests.Support;

/// <summary>A call's outgoing side that takes messages as long as it has room.</summary>
internal sealed class RecordedOutput : StreamOut
{
    private readonly Lock _lock = new();
    private readonly List<WatchResponse> _taken = [];

    /// <summary>Messages that are still taken.</summary>
    public int Room { get; set; } = int.MaxValue;

    public Status? End { get; private set; }

    public List<WatchResponse> Taken
    {
        get
        {
            lock (_lock)
            {
                return [.. _taken];
            }
        }
    }

    public CallOutput Call() =>
        new(this, new MethodCounters(new CallCounters(), "etcdserverpb.Watch", "Watch", "bidi_stream"));

    public override bool TryWrite(ReadOnlySpan<byte> head, SharedBytes? body)
    {
        lock (_lock)
        {
            if (Room == 0)
            {
                body?.Release();
                return false;
            }

            Room--;
            _taken.Add(WatchResponse.Parser.ParseFrom([.. head, .. body is null ? [] : body.Span]));
            body?.Release();
            return true;
        }
    }

    public override void Finish(Status status) => End ??= status;
}
