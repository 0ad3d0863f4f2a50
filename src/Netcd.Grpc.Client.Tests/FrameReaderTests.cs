namespace Netcd.Grpc.Client.Tests;

public sealed class FrameReaderTests
{
    [Fact]
    public async Task Messages_are_cut_out_of_the_body()
    {
        using var body = new MemoryStream([.. GrpcChannel.Frame([1, 2]), .. GrpcChannel.Frame([]), .. GrpcChannel.Frame([3])]);
        var messages = new List<byte[]>();
        await foreach (var message in FrameReader.ReadAllAsync(body, CancellationToken.None))
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
        var problem = await Assert.ThrowsAsync<GrpcException>(async () =>
        {
            await foreach (var message in FrameReader.ReadAllAsync(body, CancellationToken.None))
            {
                Assert.Empty(message);
            }
        });
        Assert.Equal(expected, problem.Code);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_unavailable()
    {
        using var channel = new GrpcChannel(new Uri("http://127.0.0.1:1"));
        var problem = await Assert.ThrowsAsync<GrpcException>(() => channel.CallAsync("/a/b", []));
        Assert.Equal(StatusCode.Unavailable, problem.Code);
    }
}
