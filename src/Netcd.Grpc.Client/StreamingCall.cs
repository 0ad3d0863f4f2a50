using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Netcd.Grpc.Client;

/// <summary>One open streaming call. Writing and reading may go on side by side; disposing cancels the call.</summary>
public sealed class StreamingCall<TResponse> : IDisposable
    where TResponse : IMessage<TResponse>
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly GrpcChannel _channel;
    private readonly HttpRequestMessage _request;
    private readonly RequestStreamContent _content;
    private readonly MessageParser<TResponse> _parser;
    private readonly Task<HttpResponseMessage> _response;
    private int _isDisposed;

    internal StreamingCall(
        GrpcChannel channel, HttpRequestMessage request, RequestStreamContent content, MessageParser<TResponse> parser)
    {
        _channel = channel;
        _request = request;
        _content = content;
        _parser = parser;
        _response = channel.SendAsync(request, _cancel.Token);
    }

    public ValueTask WriteAsync(IMessage message, CancellationToken cancellationToken = default) =>
        _content.WriteAsync(_channel.Pack(message.ToByteArray()), cancellationToken);

    /// <summary>Tells the server that no more messages come.</summary>
    public void CompleteWriting() => _content.Complete();

    /// <summary>The answers until the server ends the call.</summary>
    /// <exception cref="GrpcException">The call ended with another status than OK.</exception>
    public async IAsyncEnumerable<TResponse> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var message in ReadRawAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return _parser.ParseFrom(message.Span);
        }
    }

    /// <summary>The same answers as they came; each is lent until the next is asked for.</summary>
    /// <exception cref="GrpcException">As above.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadRawAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(_cancel.Token, cancellationToken);
        using var response = await _response.WaitAsync(linked.Token).ConfigureAwait(false);
        var body = await response.Content.ReadAsStreamAsync(linked.Token).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            var frames = new BufferedFrames(body, _channel.ReceiveBytesMax);
            while (await NextAsync(frames, linked.Token).ConfigureAwait(false) is { } message)
            {
                yield return message;
            }
        }

        GrpcChannel.ThrowIfFailed(response);
    }

    /// <summary>Cancels the call. May be called more than once, and beside the reader.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _cancel.Cancel();
        _content.Complete();
        _request.Dispose();
        _cancel.Dispose();
    }

    private static async ValueTask<ReadOnlyMemory<byte>?> NextAsync(
        BufferedFrames frames, CancellationToken cancellationToken)
    {
        try
        {
            return await frames.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException problem)
        {
            throw GrpcChannel.Lost(problem);
        }
    }
}
