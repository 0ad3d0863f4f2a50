using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Netcd.Peer.Connections;
using Netcd.Raft.Messages;

namespace Netcd.Peer.Streams;

/// <summary>
/// The receiving end of one stream: dials the peer, reads what it sends, and dials again when that ends, as long as it
/// is not disposed of (rafthttp's streamReader). One loop; <see cref="CheckSilence"/> and <see cref="DisposeAsync"/>
/// come from others.
/// </summary>
internal sealed class IncomingStream(StreamKind kind, PeerLink peer, PeerContext context) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private volatile PeerConnection? _connection;

    // When the last bytes came. Written by the loop, read by the clock.
    private long _heardAt;
    private volatile bool _isEstablished;

    /// <summary>Whether the peer has answered the dial with a stream that still runs.</summary>
    public bool IsEstablished => _isEstablished;

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Ends dialing and reading; completes when nothing more is delivered.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _connection?.Abort();
        await _loop;
        _stop.Dispose();
    }

    /// <summary>Gives up a stream on which nothing came for too long.</summary>
    public void CheckSilence()
    {
        if (_connection is { } connection
            && context.Time.GetElapsedTime(Volatile.Read(ref _heardAt)) > context.ReadTimeout)
        {
            connection.Abort();
        }
    }

    private async Task RunAsync()
    {
        var quickRedials = 0;
        var refusals = 0;
        while (!_stop.IsCancellationRequested)
        {
            var started = context.Time.GetTimestamp();
            var url = peer.Urls.Pick();
            var end = url is null ? StreamEnd.Failed : await DialAndReadAsync(url);
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            refusals = end == StreamEnd.Refused ? refusals + 1 : 0;
            if (end == StreamEnd.Removed)
            {
                PeerAnswers.OnRemoved(context, peer);
            }
            else if (end == StreamEnd.Broken)
            {
                quickRedials = context.Time.GetElapsedTime(started) > Limits.QuickRedialRefill ? 0 : quickRedials + 1;
                if (quickRedials < Limits.QuickRedialsMax)
                {
                    // The first at once, the others after a moment.
                    await WaitAsync(Limits.QuickRedialInterval * Math.Min(quickRedials, 1));
                    continue;
                }
            }

            peer.Urls.Failed(url);
            if (end == StreamEnd.Refused && refusals < peer.Urls.Count)
            {
                // The others, at once: if none answers, nobody is there.
                continue;
            }

            if (end == StreamEnd.Refused)
            {
                peer.OnRefused();
            }

            await WaitAsync(Limits.RedialInterval - context.Time.GetElapsedTime(started));
        }
    }

    private async Task WaitAsync(TimeSpan span)
    {
        if (span > TimeSpan.Zero)
        {
            await Task.Delay(span, context.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<StreamEnd> DialAndReadAsync(PeerUrl url)
    {
        try
        {
            await using var connection = await context.Connector.ConnectAsync(url, _stop.Token);
            Volatile.Write(ref _heardAt, context.Time.GetTimestamp());
            _connection = connection;
            return await ReadAsync(connection, url);
        }
        catch (OperationCanceledException)
        {
            return StreamEnd.Failed;
        }
        catch (Exception error) when (error is SocketException or IOException or AuthenticationException
            or StreamException or ObjectDisposedException or TimeoutException)
        {
            var end = EndOf(error);
            if (!_stop.IsCancellationRequested)
            {
                peer.OnInactive(KindName, url.Text, error.Message, isBroken: end == StreamEnd.Broken);
            }

            return end;
        }
        finally
        {
            _connection = null;
            _isEstablished = false;
        }
    }

    private string KindName => kind == StreamKind.MsgApp ? "stream MsgApp v2" : "stream Message";

    // A connection that we gave up ourselves ends with an error too: silence is not the end of a process.
    private StreamEnd EndOf(Exception error)
    {
        var socket = error as SocketException ?? error.InnerException as SocketException;
        return socket?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => StreamEnd.Refused,
            SocketError.ConnectionReset or SocketError.Shutdown => StreamEnd.Broken,
            null => error is IOException ? StreamEnd.Broken : StreamEnd.Failed,
            _ => StreamEnd.Failed,
        };
    }

    private async Task<StreamEnd> ReadAsync(PeerConnection connection, PeerUrl url)
    {
        // Not null: nothing is dialed before the start.
        var host = context.Gate.Host!;
        await connection.Stream.WriteAsync(PeerHeaders.StreamRequest(host, peer.Id, url, kind), _stop.Token);
        using var buffer = new ReadBuffer(context.MessageBytesMax);
        ResponseHead? head;
        int headLength;
        while ((head = ResponseHead.TryParse(buffer.Bytes, out headLength)) is null)
        {
            await FillAsync(connection, buffer);
        }

        buffer.Consume(headLength);
        if (head.Status != 200)
        {
            return await DeclinedAsync(connection, buffer, head, url);
        }

        _isEstablished = true;
        peer.OnActive(isStream: true);
        Log.StreamEstablished(context.Logger, KindName, peer.Id);
        var chunks = head.IsChunked ? new ChunkDecoder() : null;
        var decoder = StreamDecoder.For(kind, peer.Id, host.Id, context.MessageBytesMax);
        buffer.Decode(chunks);
        while (true)
        {
            Deliver(decoder, buffer);
            if (chunks is { IsEnd: true })
            {
                throw new EndOfStreamException("EOF");
            }

            await FillAsync(connection, buffer);
            buffer.Decode(chunks);
        }
    }

    private async ValueTask FillAsync(PeerConnection connection, ReadBuffer buffer)
    {
        var count = await connection.Stream.ReadAsync(buffer.Free(), CancellationToken.None);
        if (count == 0)
        {
            throw new EndOfStreamException("EOF");
        }

        Volatile.Write(ref _heardAt, context.Time.GetTimestamp());
        buffer.Append(count);
    }

    private void Deliver(StreamDecoder decoder, ReadBuffer buffer)
    {
        var bytes = 0;
        while (decoder.TryFindEnd(buffer.Bytes, out var length))
        {
            // The message keeps these bytes; they are copied once, into an array of their size.
            var owned = buffer.Bytes[..length].ToArray();
            buffer.Consume(length);
            bytes += length;

            // A snapshot without its database cannot be applied.
            if (decoder.Read(owned) is { Type: not MessageType.Snap } message)
            {
                context.Gate.Receive(message);
            }
        }

        if (bytes > 0)
        {
            peer.Received.Add(bytes);
        }
    }

    private async Task<StreamEnd> DeclinedAsync(
        PeerConnection connection, ReadBuffer buffer, ResponseHead head, PeerUrl url)
    {
        while (head.ContentLength is { } length && buffer.Bytes.Length < Math.Min(length, Limits.ErrorBytesMax))
        {
            await FillAsync(connection, buffer);
        }

        var text = Encoding.UTF8.GetString(buffer.Bytes).TrimEnd('\n');
        if (head.Status == 410)
        {
            return StreamEnd.Removed;
        }

        if (head.Status == 412)
        {
            Log.PeerIncompatible(
                context.Logger, peer.Id, text, head.Header(PeerHeaders.ServerVersion),
                head.Header(PeerHeaders.ClusterId));
        }

        peer.OnInactive(KindName, url.Text, $"{head.Status}: {text}", isBroken: false);
        return StreamEnd.Declined;
    }
}
