namespace Netcd.Grpc.Client.Tests;

public sealed class FrameReaderTests
{
    [Fact]
    public async Task Messages_are_cut_out_of_the_body()
    {
        using var body = new MemoryStream([.. GrpcChannel.Frame([1, 2]), .. GrpcChannel.Frame([]), .. GrpcChannel.Frame([3])]);
        var messages = new List<byte[]>();
        while (await FrameReader.ReadAsync(body, int.MaxValue, CancellationToken.None) is { } message)
        {
            messages.Add(message);
        }

        Assert.Equal([[1, 2], [], [3]], messages);
    }

    [Theory]
    [InlineData("a cut prefix", new byte[] { 0, 0, 0 }, StatusCode.Internal)]
    [InlineData("a compressed message", new byte[] { 1, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData("a length of four GiB", new byte[] { 0, 0xFF, 0xFF, 0xFF, 0xFF }, StatusCode.ResourceExhausted)]
    public async Task Malformed_bodies_are_refused(string what, byte[] bytes, StatusCode expected)
    {
        Assert.NotEmpty(what);
        using var body = new MemoryStream(bytes);
        var problem = await Assert.ThrowsAsync<GrpcException>(
            () => FrameReader.ReadAsync(body, int.MaxValue, CancellationToken.None));
        Assert.Equal(expected, problem.Code);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_unavailable()
    {
        using var channel = new GrpcChannel(new Uri("http://127.0.0.1:1"));
        var problem = await Assert.ThrowsAsync<GrpcException>(() => channel.CallAsync("/a/b", []));
        Assert.Equal(StatusCode.Unavailable, problem.Code);
        Assert.True(problem.IsUnsent);
    }

    [Fact]
    public async Task Messages_over_the_limits_are_refused()
    {
        using var body = new MemoryStream(GrpcChannel.Frame(new byte[11]));
        var received = await Assert.ThrowsAsync<GrpcException>(
            () => FrameReader.ReadAsync(body, 10, CancellationToken.None));
        Assert.Equal("grpc: received message larger than max (11 vs. 10)", received.Status.Message);

        using var channel = new GrpcChannel(
            new Uri("http://127.0.0.1:1"), new GrpcChannelOptions { SendBytesMax = 10 });
        var sent = await Assert.ThrowsAsync<GrpcException>(() => channel.CallAsync("/a/b", new byte[11]));
        Assert.Equal("trying to send message larger than max (11 vs. 10)", sent.Status.Message);
        Assert.Equal(StatusCode.ResourceExhausted, sent.Code);
    }
}
