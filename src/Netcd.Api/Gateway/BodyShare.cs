namespace Netcd.Api.Gateway;

/// <summary>What one long body holds of a <see cref="BodyBudget"/>. Disposing gives it back.</summary>
internal sealed class BodyShare : IDisposable
{
    private readonly BodyBudget _budget;
    private readonly int _lengthAtBegin;

    // Guards against taking away what was given back.
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _over;
    private bool _isDisposed;
    private bool _isEvicted;
    private int _length;

    public BodyShare(BodyBudget budget, long bytes, int length, CancellationToken cancellation)
    {
        _budget = budget;
        _lengthAtBegin = length;
        _length = length;
        _over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Bytes = bytes;
        Token = _over.Token;
    }

    public long Bytes { get; }

    /// <summary>Timestamp since which it is held; set once, before anybody else knows of it.</summary>
    public long Begun { get; private set; }

    /// <summary>Canceled when the call is over or the share was taken away.</summary>
    public CancellationToken Token { get; }

    /// <summary>Whether it was taken away.</summary>
    public bool IsEvicted => Volatile.Read(ref _isEvicted);

    /// <summary>Bytes read since it is held; any thread.</summary>
    public int BytesRead => Volatile.Read(ref _length) - _lengthAtBegin;

    public void Begin(long timestamp) => Begun = timestamp;

    /// <summary>Says how long the body is now.</summary>
    public void Grown(int length) => Volatile.Write(ref _length, length);

    /// <summary>Takes it away: what reads under <see cref="Token"/> ends, and gives it back.</summary>
    public void Evict()
    {
        lock (_gate)
        {
            if (_isDisposed || _isEvicted)
            {
                return;
            }

            Volatile.Write(ref _isEvicted, true);
        }

        try
        {
            _over.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Meanwhile: then there is nothing to end.
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        _over.Dispose();
        _budget.Return(this);
    }

    /// <summary>For a share that was never held.</summary>
    public void DisposeSource() => _over.Dispose();
}
