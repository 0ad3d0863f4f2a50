using Netcd.Base;
using Netcd.Peer.Connections;
using Netcd.Raft;
using Netcd.Server.Peers;

namespace Netcd.Peer.Snapshots;

/// <summary>
/// Sends snapshots to one peer, one at a time (rafthttp's snapshotSender). How each ended is told exactly once, and
/// each is disposed of exactly once. Thread safe.
/// </summary>
internal sealed class SnapshotSender(PeerLink peer, PeerContext context) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    // Guards the two below.
    private readonly Lock _gate = new();
    private Task _sending = Task.CompletedTask;
    private int _underWay;

    public void Send(OutgoingSnapshot snapshot)
    {
        lock (_gate)
        {
            if (_underWay < Limits.OutgoingSnapshotsPerPeer && !_stop.IsCancellationRequested)
            {
                _underWay++;
                _sending = Task.Run(() => SendAsync(snapshot));
                return;
            }
        }

        Finish(snapshot, "another snapshot is on its way");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task sending;
        lock (_gate)
        {
            sending = _sending;
        }

        await sending;
        _stop.Dispose();
    }

    private async Task SendAsync(OutgoingSnapshot snapshot)
    {
        var started = context.Time.GetTimestamp();
        var url = peer.Urls.Pick();
        var index = snapshot.Message.Snapshot?.Metadata.Index.Value ?? 0;
        Log.SendingSnapshot(context.Logger, index, peer.Id, snapshot.Database.LengthBytes);
        var underWay = context.Metrics.SnapshotsBeingSent.With(peer.Name);
        underWay.Increment();
        var problem = url is null ? "the peer has no usable URL" : await PostAsync(url, snapshot);
        underWay.Add(-1);
        if (problem is null)
        {
            context.Metrics.SnapshotSend(peer.Name).ObserveSince(context.Time, started);
            Log.SentSnapshot(
                context.Logger, index, peer.Id, snapshot.Database.LengthBytes, context.Time.GetElapsedTime(started));
        }
        else
        {
            peer.Urls.Failed(url);
        }

        // Before the report: raft may have the next one made at once.
        lock (_gate)
        {
            _underWay--;
        }

        Finish(snapshot, problem);
    }

    private void Finish(OutgoingSnapshot snapshot, string? problem)
    {
        snapshot.Dispose();
        if (problem is null)
        {
            context.Metrics.SnapshotsSent.With(peer.Name).Increment();
            peer.OnActive(isStream: false);
            context.Gate.ReportSnapshot(peer.Id, SnapshotStatus.Finished);
            return;
        }

        Log.SnapshotNotSent(context.Logger, peer.Id, problem);
        context.Metrics.SnapshotSendFailures.With(peer.Name).Increment();
        context.Metrics.SentFailures.With(peer.Name).Increment();

        // In this order: the first makes raft probe, the second says that there is nothing to wait for.
        context.Gate.ReportUnreachable(peer.Id);
        context.Gate.ReportSnapshot(peer.Id, SnapshotStatus.Failed);
    }

    // Null when the peer has it, else why not.
    private async Task<string?> PostAsync(PeerUrl url, OutgoingSnapshot snapshot)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using var watch = new StallWatch(limit, context.Time);
        try
        {
            using var content = new SnapshotContent(snapshot, watch, context.Time);
            using var request = PeerHttp.Request(HttpMethod.Post, url, "/raft/snapshot");
            request.Content = content;
            request.Headers.TransferEncodingChunked = true;

            // Not null: nothing is sent before the start.
            PeerHeaders.AddTo(request, context.Gate.Host!);
            using var response = await context.Http.SendAsync(request, limit.Token);
            var text = await PeerAnswers.ReadTextAsync(response, limit.Token);
            if ((int)response.StatusCode is < 200 or > 299)
            {
                return PeerAnswers.Explain(context, peer, response, text);
            }

            peer.Sent.Add(snapshot.Database.LengthBytes);
            return null;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException
            or CorruptionException)
        {
            return watch.HasStalled ? "i/o timeout" : (error.InnerException ?? error).Message;
        }
    }
}
