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
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(5000)]
    [InlineData(int.MaxValue)]
    public async Task Messages_of_a_stream_are_whole_however_they_come(int pieceBytes)
    {
        var random = new Random(1);
        var messages = new[] { 0, 1, 3000, 5, 100_000, 4091, 4096, 700_000, 0, 20 }.Select(length =>
        {
            var message = new byte[length];
            random.NextBytes(message);
            return message;
        }).ToArray();
        using var body = new PieceStream([.. messages.SelectMany(message => GrpcChannel.Frame(message))], pieceBytes);
        var frames = new BufferedFrames(body, int.MaxValue);
        foreach (var message in messages)
        {
            Assert.Equal(message, Assert.NotNull(await frames.ReadAsync(CancellationToken.None)).ToArray());
        }

        Assert.Null(await frames.ReadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Stream_that_ends_inside_a_message_is_lost()
    {
        using var body = new MemoryStream(GrpcChannel.Frame([1, 2, 3])[..^1]);
        var frames = new BufferedFrames(body, int.MaxValue);
        await Assert.ThrowsAsync<EndOfStreamException>(async () => await frames.ReadAsync(CancellationToken.None));
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
        body.Position = 0;
        var frames = new BufferedFrames(body, int.MaxValue);
        problem = await Assert.ThrowsAsync<GrpcException>(async () => await frames.ReadAsync(CancellationToken.None));
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
