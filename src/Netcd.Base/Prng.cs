using System.Numerics;

namespace Netcd.Base;

/// <summary>
/// Seeded random source (xoshiro256**, seeded by splitmix64): same seed, same sequence on every machine. The only
/// randomness that the deterministic parts may use. Not for secrets, not thread safe.
/// </summary>
public sealed class Prng
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    public Prng(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, <paramref name="exclusiveMax"/>); the bound must be positive.</summary>
    public int Next(int exclusiveMax)
    {
        Invariant.Check(exclusiveMax > 0);
        return (int)Math.BigMul(NextUInt64(), (ulong)exclusiveMax, out _);
    }

    /// <summary>Uniform in [<paramref name="min"/>, <paramref name="inclusiveMax"/>].</summary>
    public int Next(int min, int inclusiveMax) => min + Next(inclusiveMax - min + 1);

    /// <summary>True with the given chance in percent.</summary>
    public bool Percent(int percent) => Next(100) < percent;

    public void Fill(Span<byte> buffer)
    {
        foreach (ref var b in buffer)
        {
            b = (byte)NextUInt64();
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
