using System.Numerics;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// The fractional bits of pi, with which Blowfish's tables begin (B. Schneier, 1993). Reckoned rather than written
/// down: with J. Machin's formula, pi = 16 arctan(1/5) - 4 arctan(1/239).
/// </summary>
internal static class PiDigits
{
    private const int WordBits = 32;
    private const int GuardBits = 64;

    public static uint[] Words(int count)
    {
        var bits = (count * WordBits) + GuardBits;
        var pi = (16 * ArcCotangent(5, bits)) - (4 * ArcCotangent(239, bits));
        var fraction = (pi - (new BigInteger(3) << bits)) >> GuardBits;
        var bytes = fraction.ToByteArray(isUnsigned: true, isBigEndian: true);
        Invariant.Check(bytes.Length <= count * sizeof(uint));
        var words = new uint[count];
        for (var i = 0; i < bytes.Length; i++)
        {
            var position = (count * sizeof(uint)) - bytes.Length + i;
            words[position / sizeof(uint)] |= (uint)bytes[i] << (24 - (position % sizeof(uint) * 8));
        }

        return words;
    }

    // The series of arctan(1/x), scaled by two to the power of bits.
    private static BigInteger ArcCotangent(int x, int bits)
    {
        var term = (BigInteger.One << bits) / x;
        var sum = term;
        for (var i = 3; !term.IsZero; i += 2)
        {
            term /= -x * x;
            sum += term / i;
        }

        return sum;
    }
}
