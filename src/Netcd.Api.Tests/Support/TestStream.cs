using System.Threading.Channels;
using Google.Protobuf;
using Netcd.Base.Buffers;
using Netcd.Grpc;

namespace Netcd.Api.Tests.Support;

/// <summary>The client of one streaming call. Takes as many messages as <see cref="Room"/> allows.</summary>
internal sealed class TestStream : StreamOut
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Channel<byte[]> _messages = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource<Status> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private IStreamCall? _call;
    private int _room = int.MaxValue;
    private bool _wasRefused;

    public TestStream(Method method, TestMetadata metadata) =>
        _call = method.Stream!.Open(new CallHead(method, 0, metadata, PeerIdentity.Unknown), this);

    public Task<Status> End => _end.Task.WaitAsync(Patience);

    public bool HasEnded => _end.Task.IsCompleted;

    public bool HasMessage => _messages.Reader.Count > 0;

    public void Send(IMessage message) => Send(message.ToByteArray());

    public void Send(byte[] message) => _call!.OnMessage(message);

    public void HalfClose() => _call!.OnHalfClose();

    public void Close(StreamCloseReason reason = StreamCloseReason.Canceled)
    {
        var call = Interlocked.Exchange(ref _call, null);
        call?.OnClosed(reason);
    }

    /// <summary>From now on this many messages are taken, then writes are refused.</summary>
    public void Room(int messages)
    {
        bool wasRefused;
        lock (_lock)
        {
            _room = messages;
            wasRefused = _wasRefused;
            _wasRefused = false;
        }

        if (wasRefused)
        {
            _call?.OnWritable();
        }
    }

    public async Task<T> NextAsync<T>(MessageParser<T> parser)
        where T : IMessage<T> =>
        parser.ParseFrom(await _messages.Reader.ReadAsync().AsTask().WaitAsync(Patience));

    /// <summary>The one answer of a call that is unary on the wire.</summary>
    public async Task<T> AnswerAsync<T>(MessageParser<T> parser)
        where T : IMessage<T>
    {
        Assert.Equal(Status.OK, await End);
        Assert.True(_messages.Reader.TryRead(out var message));
        return parser.ParseFrom(message);
    }

    public override bool TryWrite(ReadOnlySpan<byte> head, SharedBytes? body)
    {
        try
        {
            lock (_lock)
            {
                if (_room == 0)
                {
                    _wasRefused = true;
                    return false;
                }

                _room--;
                byte[] message = [.. head, .. body is null ? [] : body.Span];
                _messages.Writer.TryWrite(message);
                return true;
            }
        }
        finally
        {
            body?.Release();
        }
    }

    public override void Finish(Status status) => _end.TrySetResult(status);
}
