using Microsoft.AspNetCore.Http;
using Netcd.Base.Metrics;
using Netcd.Peer.Snapshots;
using Netcd.Server.Peers;

namespace Netcd.Peer.Routes;

/// <summary>POST /raft/snapshot: a snapshot message and its database.</summary>
internal sealed class SnapshotRoute(PeerContext context, PeerTransport transport)
{
    private const string UnknownSender = "UNKNOWN_SNAPSHOT_SENDER";

    private readonly SnapshotReceiver _receiver = new(context);

    // Snapshots being received. Interlocked.
    private int _underWay;

    public async Task HandleAsync(HttpContext http, IPeerHost host)
    {
        if (!await RaftRoute.TryBeginPostAsync(http, host, transport))
        {
            Failed(UnknownSender);
            return;
        }

        if (Interlocked.Increment(ref _underWay) > Limits.IncomingSnapshotsMax)
        {
            Interlocked.Decrement(ref _underWay);
            Failed(UnknownSender);
            await Answers.ErrorAsync(http, 500, "failed to process raft message (another snapshot is being received)");
            return;
        }

        try
        {
            await ReceiveAsync(http);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private async Task ReceiveAsync(HttpContext http)
    {
        var sender = UnknownSender;
        var isDone = false;
        Counter? underWay = null;
        try
        {
            var started = context.Time.GetTimestamp();
            var body = new BodyReader(http.Request.BodyReader, context.Time, Limits.SnapshotStallTimeout);
            var message = await _receiver.ReadMessageAsync(body, http.RequestAborted);
            sender = message.From.ToString();

            // Not null: such messages were refused.
            var index = message.Snapshot!.Metadata.Index;
            Log.ReceivingSnapshot(context.Logger, message.From, index.Value);
            underWay = context.Metrics.SnapshotsBeingReceived.With(sender);
            underWay.Increment();
            var length = await _receiver.StoreAsync(body, index, http.RequestAborted);
            context.Metrics.ReceivedBytes.With(sender).Add(length);
            context.Metrics.SnapshotReceive(sender).ObserveSince(context.Time, started);
            Log.ReceivedSnapshot(
                context.Logger, message.From, index.Value, length, context.Time.GetElapsedTime(started));
            var result = context.Gate.Receive(message);
            await RaftRoute.AnswerAsync(http, result, reason => $"failed to process raft message ({reason})");
            isDone = result == PeerMessageResult.Accepted;
        }
        catch (RefusedException refused)
        {
            Log.SnapshotNotReceived(context.Logger, sender, refused.Message);
            throw;
        }
        catch (IOException broken)
        {
            Log.SnapshotNotReceived(context.Logger, sender, broken.Message);
            throw;
        }
        finally
        {
            underWay?.Add(-1);
            if (isDone)
            {
                context.Metrics.SnapshotsReceived.With(sender).Increment();
            }
            else
            {
                Failed(sender);
            }
        }
    }

    private void Failed(string sender) => context.Metrics.SnapshotReceiveFailures.With(sender).Increment();
}
