using System.Buffers;

namespace Netcd.Api.Gateway;

/// <summary>A buffer that grows, of <see cref="BodyArrays"/>.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = BodyArrays.Take(1024);
    private BodyShare? _share;

    public int Length { get; private set; }

    /// <summary>The part of a budget that the buffer holds; null for none.</summary>
    public BodyShare? Share => _share;

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    public void Advance(int count)
    {
        Length += count;
        _share?.Grown(Length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(Length);
    }

    /// <summary>
    /// Waits for a part of a budget, which goes back with the buffer at the latest; false if too many wait.
    /// </summary>
    public async ValueTask<bool> TryTakeBudgetAsync(BodyBudget budget, long count, CancellationToken cancellation)
    {
        _share = await budget.TakeAsync(count, Length, cancellation);
        return _share is not null;
    }

    public void ReturnBudget()
    {
        _share?.Dispose();
        _share = null;
    }

    /// <summary>Forgets the first bytes.</summary>
    public void Drop(int count)
    {
        _bytes.AsSpan(count, Length - count).CopyTo(_bytes);
        Length -= count;
    }

    public void Dispose()
    {
        BodyArrays.Return(_bytes);
        _bytes = [];
        Length = 0;
        ReturnBudget();
    }

    private void Grow(int wanted)
    {
        wanted = Math.Max(1, wanted);
        if (_bytes.Length - Length >= wanted)
        {
            return;
        }

        var grown = BodyArrays.Take(Math.Max(Length + wanted, _bytes.Length * 2));
        Span.CopyTo(grown);
        BodyArrays.Return(_bytes);
        _bytes = grown;
    }
}
