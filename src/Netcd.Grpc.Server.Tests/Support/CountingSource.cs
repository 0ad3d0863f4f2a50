using Netcd.Base;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>A long message whose byte at offset i is i modulo 251.</summary>
public sealed class CountingSource : IReplySource
{
    private readonly SourceCounter _counter;
    private long _offset;
    private bool _isReleased;

    public CountingSource(long length, SourceCounter counter)
    {
        Length = length;
        _counter = counter;
        counter.OnMade();
    }

    public long Length { get; }

    public int Fill(Span<byte> destination)
    {
        Invariant.Check(!_isReleased);
        var count = (int)Math.Min(destination.Length, Length - _offset);
        for (var i = 0; i < count; i++)
        {
            destination[i] = (byte)((_offset + i) % 251);
        }

        _offset += count;
        _counter.OnFilled(count);
        return count;
    }

    public void Release()
    {
        Invariant.Check(!_isReleased);
        _isReleased = true;
        _counter.OnReleased();
    }
}
