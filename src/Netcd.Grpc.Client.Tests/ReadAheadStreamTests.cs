namespace Netcd.Grpc.Client.Tests;

public sealed class ReadAheadStreamTests
{
    private const int AheadBytes = 1000;

    [Theory]
    [InlineData(1, 7)]
    [InlineData(10, 10)]
    [InlineData(100, 33)]
    [InlineData(5000, 64)]
    [InlineData(5000, 4000)]
    public async Task Bytes_come_in_order_whatever_the_sizes(int pieceBytes, int readBytes)
    {
        var data = new byte[20_000];
        new Random(5).NextBytes(data);
        await using var stream = new ReadAheadStream(new PieceStream(data, pieceBytes), AheadBytes);
        var seen = new MemoryStream();
        var buffer = new byte[readBytes];
        while (await stream.ReadAsync(buffer) is var read and > 0)
        {
            seen.Write(buffer, 0, read);
        }

        Assert.Equal(data, seen.ToArray());
        Assert.Equal(0, await stream.ReadAsync(buffer));
    }

    [Fact]
    public async Task Small_reads_of_much_ask_the_connection_seldom()
    {
        var inner = new CountingStream(new byte[100_000]);
        await using var stream = new ReadAheadStream(inner, AheadBytes);
        var buffer = new byte[100];
        while (await stream.ReadAsync(buffer) > 0)
        {
        }

        Assert.InRange(inner.Reads, 100, 110);
    }

    [Fact]
    public async Task Short_answers_are_read_into_the_buffer_of_whoever_asks()
    {
        var inner = new CountingStream(new byte[50]);
        await using var stream = new ReadAheadStream(inner, AheadBytes);
        Assert.Equal(50, await stream.ReadAsync(new byte[100]));
        Assert.Equal(100, inner.LongestBuffer);
        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty));
        Assert.Equal(0, await stream.ReadAsync(new byte[100]));
        Assert.Equal(100, inner.LongestBuffer);
    }

    private sealed class CountingStream(byte[] data) : MemoryStream(data)
    {
        public int Reads { get; private set; }

        public int LongestBuffer { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Reads++;
            LongestBuffer = Math.Max(LongestBuffer, buffer.Length);
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
