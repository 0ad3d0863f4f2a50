namespace Netcd.Http2.Tests;

/// <summary>A body of known bytes that may pause, for flow control tests.</summary>
internal sealed class PatternBody(int seed, long length, HeaderBlock? trailers = null) : IHttp2Body
{
    public HeaderBlock? Trailers { get; } = trailers;

    public long Sent { get; private set; }

    /// <summary>Bytes that may be given before the body waits.</summary>
    public long Available { get; set; } = long.MaxValue;

    public bool Aborts { get; set; }

    public int Releases { get; private set; }

    public static byte At(int seed, long offset) => (byte)((seed * 31) + (offset * 7) + (offset >> 8));

    public int Fill(Span<byte> destination, out BodyStep step)
    {
        Assert.Equal(0, Releases);
        var count = (int)Math.Min(destination.Length, Math.Min(Available, length) - Sent);
        for (var i = 0; i < count; i++)
        {
            destination[i] = At(seed, Sent + i);
        }

        Sent += count;
        step = Aborts ? BodyStep.Abort
            : Sent == length ? BodyStep.End
            : Sent == Available ? BodyStep.Waiting
            : BodyStep.More;
        return count;
    }

    public void Release() => Releases++;
}
