using System.Net;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>A request body that the test writes while the answer comes.</summary>
public sealed class DuplexContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task WriteAsync(byte[] frame)
    {
        var stream = await _stream.Task.WaitAsync(TestTimeout.Token());
        await stream.WriteAsync(frame, TestTimeout.Token());
        await stream.FlushAsync(TestTimeout.Token());
    }

    public Task WriteAsync(string message) =>
        WriteAsync(GrpcCaller.Frame(System.Text.Encoding.UTF8.GetBytes(message)));

    public void End() => _end.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.FlushAsync();
        _stream.SetResult(stream);
        await _end.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
