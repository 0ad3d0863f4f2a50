namespace Netcd.Http2.Policy;

/// <summary>
/// Counts what is charged, less what leaks away with time. Time is looked at only when it would overflow. Credit can be
/// saved up to <paramref name="creditMax"/>: what it is for may come later, all at once.
/// </summary>
internal struct LeakyBucket(int capacity, int leakPerSecond, int creditMax = 0)
{
    private const int IdleSecondsMax = 1000;

    private readonly int _capacity = capacity;
    private readonly int _leakPerSecond = leakPerSecond;
    private readonly int _creditMax = creditMax;
    private long _level;
    private long _leakedUntil;

    /// <summary>Charges; false when the bucket overflows.</summary>
    public bool TryCharge(int amount, long now, long frequency)
    {
        _level += amount;
        if (_level <= _capacity)
        {
            return true;
        }

        // Bounded, so that the product fits whatever the clock started from.
        var elapsed = Math.Clamp(now - _leakedUntil, 0, IdleSecondsMax * frequency);
        _level = Math.Max(amount, _level - (elapsed * _leakPerSecond / frequency));
        _leakedUntil = now;
        return _level <= _capacity;
    }

    public void Credit(int amount) => _level = Math.Max(-_creditMax, _level - amount);
}
