using Netcd.Api.Calls;
using Netcd.Api.Errors;
using Netcd.Api.Requests;
using Netcd.Api.Wire;
using Netcd.Base.Buffers;
using Netcd.Grpc;
using Netcd.Mvcc;
using Netcd.Server;
using Netcd.Server.Auth;

namespace Netcd.Api.Watch;

/// <summary>
/// One Watch call: reads requests, asks the hub, and lets the hub's answers and events out. The client's half-close
/// does not end it. Upstream: server/etcdserver/api/v3rpc/watch.go.
/// </summary>
internal sealed class WatchCall : StreamCall, IWatchSink
{
    private readonly WatchStream _stream;

    public WatchCall(WatchMethod method, StreamOut output, in CallHead head)
        : base(method, output, RequestShapes.WatchRequest, head) =>
        _stream = Api.Member.Watchers.OpenStream(this);

    public override void OnHalfClose()
    {
        // Events keep flowing.
    }

    public override void OnWritable() => _stream.OnWritable();

    bool IWatchSink.TryWrite(ReadOnlySpan<byte> head, SharedBytes? body) => TryWrite(head, body);

    protected override void Receive(ReadOnlySpan<byte> message)
    {
        // etcd takes no more from the connection meanwhile, which a client's other calls may share.
        if (_stream.Waiting >= Limits.WatchRequestsPending)
        {
            Finish(ErrorTable.WatchRequestsTooMany);
            return;
        }

        var request = WatchRequestView.Parse(message);
        switch (request.Kind)
        {
            case WatchRequestKind.Create:
                Create(WatchCreateView.Parse(request.Message));
                break;
            case WatchRequestKind.Cancel:
                _stream.Cancel(WatchRequestView.ParseCancel(request.Message));
                break;
            case WatchRequestKind.Progress:
                _stream.RequestProgress();
                break;
        }
    }

    protected override void Close() => _stream.Close();

    // The range is judged as the client gave it. etcd up to 3.5.30 and 3.6.11 turned "all keys from here on" into a
    // single key first, and then let all of them through (CVE-2026-73499).
    private Status? CheckUser(in WatchCreateView create)
    {
        var auth = Api.Member.Auth;
        if (!auth.IsEnabled)
        {
            return null;
        }

        if (Admit(out var caller) is { } status)
        {
            return status;
        }

        var key = create.Key.IsEmpty ? "\0"u8 : create.Key;
        var refusal = new Permissions(auth, Api.Member.Lessor, caller.At(auth)).Read(key, create.RangeEnd);
        return refusal == Refusal.None ? null : ErrorTable.For(refusal);
    }

    private void Create(in WatchCreateView create)
    {
        if (create.StartRevision < 0)
        {
            _stream.Refuse(ErrorTable.WatchCompactedReason);
            return;
        }

        if (CheckUser(create) is { } refusal)
        {
            _stream.Refuse(ErrorTable.AsText(refusal));
            return;
        }

        var filters = (create.NoPut ? WatchFilters.NoPut : WatchFilters.None)
            | (create.NoDelete ? WatchFilters.NoDelete : WatchFilters.None);
        _stream.Create(new WatchRequest
        {
            Key = create.Key,
            RangeEnd = create.RangeEnd,
            StartRevision = create.StartRevision,
            WatchId = create.WatchId,
            Filters = filters,
            PrevKv = create.PreviousWanted,
            ProgressNotify = create.ProgressNotify,
            Fragment = create.Fragment,
        });
    }
}
