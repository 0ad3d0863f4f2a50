using Google.Protobuf;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;
using Netcd.Proxy.Kv;

namespace Netcd.Proxy.Watch;

/// <summary>A client's watcher. Source: server/proxy/grpcproxy/watcher.go.</summary>
internal sealed class ProxyWatcher(WatchOutput output, long id, WatchCreateRequest request, Caller caller)
{
    private readonly EventFilter _filter = EventFilter.Of(request);

    public KeyInterval Interval { get; } = new(request.Key, request.RangeEnd);

    public Caller Caller { get; } = caller;

    public long Id { get; } = id;

    // All below belongs to whoever has the watcher: the range it is in, under that range's lock, or its stream's loop.

    /// <summary>The first revision whose events it has not got; 0 until its watch stands.</summary>
    public long NextRevision { get; private set; } = request.StartRevision;

    /// <summary>The broadcast it gets its events from; null while it is set aside and when it is over.</summary>
    public Broadcast? Source { get; set; }

    /// <summary>Nothing more comes: canceled by the client or by the members.</summary>
    public bool IsOver { get; set; }

    /// <summary>The client was told that the watch stands.</summary>
    public bool IsCreated { get; private set; }

    public ResponseHeader LastHeader { get; private set; } = new();

    /// <summary>
    /// What the members sent. False: the client's stream has no room; nothing was sent, and the watcher is among those
    /// that the stream has set aside.
    /// </summary>
    public bool TrySend(EventBatch batch)
    {
        var response = batch.Response;
        if ((batch.IsProgress && !request.ProgressNotify)
            || (NextRevision > batch.Revision && response.Events.Count > 0)
            || (response.Created && IsCreated))
        {
            return true;
        }

        var from = NextRevision == 0 ? batch.Revision + 1 : NextRevision;
        var events = batch.Encoded(from, _filter);
        if (events is null && response.Events.Count > 0)
        {
            // All of them are older, or not for this one.
            NextRevision = Math.Max(from, batch.LastEventRevision + 1);
            return true;
        }

        var head = HeadOf(response).ToByteArray();
        if (events is null && !batch.IsProgress)
        {
            output.Post(head);
        }
        else if (!output.TrySend(this, head, events))
        {
            return false;
        }

        NextRevision = Math.Max(from, batch.LastEventRevision + 1);
        LastHeader = response.Header ?? LastHeader;
        IsCreated |= response.Created;
        return true;
    }

    /// <summary>Tells the client that the watch stands, when it joins one that stood before.</summary>
    public void SendCreated()
    {
        if (!IsCreated)
        {
            IsCreated = true;
            output.Post(new WatchResponse
            {
                Header = new ResponseHeader { Revision = NextRevision }, WatchId = Id, Created = true,
            }.ToByteArray());
        }
    }

    /// <summary>Tells the client that the watch is over.</summary>
    public void SendCanceled(string reason, long compactRevision, ResponseHeader? header)
    {
        LastHeader = header ?? LastHeader;
        output.Post(new WatchResponse
        {
            Header = LastHeader, WatchId = Id, Canceled = true, CompactRevision = compactRevision,
            CancelReason = reason,
        }.ToByteArray());
    }

    private WatchResponse HeadOf(WatchResponse response) => new()
    {
        Header = response.Header,
        WatchId = Id,
        Created = response.Created,
        Canceled = response.Canceled,
        CompactRevision = response.CompactRevision,
    };
}
