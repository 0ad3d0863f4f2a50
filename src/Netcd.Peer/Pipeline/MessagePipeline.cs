using System.Threading.Channels;
using Netcd.Peer.Connections;
using Netcd.Raft.Messages;

namespace Netcd.Peer.Pipeline;

/// <summary>
/// Single requests that carry one message each (rafthttp's pipeline): for a peer that has not opened its streams yet,
/// and for remotes. Thread safe.
/// </summary>
internal sealed class MessagePipeline : IAsyncDisposable
{
    private readonly PeerLink _peer;
    private readonly PeerContext _context;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Message> _queue = Channel.CreateBounded<Message>(Limits.PipelineMessagesMax);
    private readonly Task[] _workers;

    public MessagePipeline(PeerLink peer, PeerContext context)
    {
        _peer = peer;
        _context = context;
        _workers = [.. Enumerable.Range(0, Limits.PipelineConnections).Select(_ => Task.Run(RunAsync))];
    }

    /// <summary>False when too much waits.</summary>
    public bool TryAdd(Message message) => _queue.Writer.TryWrite(message);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _queue.Writer.TryComplete();
        await Task.WhenAll(_workers);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        await foreach (var message in _queue.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (!_stop.IsCancellationRequested)
            {
                await SendAsync(message);
            }
        }
    }

    private async Task SendAsync(Message message)
    {
        var url = _peer.Urls.Pick();
        var problem = url is null ? "the peer has no usable URL" : await PostAsync(url, message);
        if (problem is null)
        {
            _peer.OnActive(isStream: false);
        }
        else if (!_stop.IsCancellationRequested)
        {
            _peer.Urls.Failed(url);
            _peer.OnInactive("pipeline", url?.Text ?? "", problem, isBroken: false);
            _context.Metrics.SentFailures.With(_peer.Name).Increment();
            _context.Gate.ReportUnreachable(_peer.Id);
        }
    }

    // Null when it was delivered, else why not.
    private async Task<string?> PostAsync(PeerUrl url, Message message)
    {
        using var limit = new CancellationTokenSource(Limits.PostTimeout, _context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
        try
        {
            var body = MessageCodec.Encode(message, MessageForm.V36);
            using var request = PeerHttp.Request(HttpMethod.Post, url, "/raft");
            request.Content = PeerHttp.Content(body, "application/protobuf");

            // Not null: nothing is sent before the start.
            PeerHeaders.AddTo(request, _context.Gate.Host!);
            using var response = await _context.Http.SendAsync(request, either.Token);
            var text = await PeerAnswers.ReadTextAsync(response, either.Token);
            if ((int)response.StatusCode == 204)
            {
                _peer.Sent.Add(body.Length);
                return null;
            }

            return PeerAnswers.Explain(_context, _peer, response, text);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            return limit.IsCancellationRequested ? "i/o timeout" : error.Message;
        }
    }
}
