using System.Buffers.Binary;

namespace Netcd.Mvcc;

/// <summary>
/// The cipher below bcrypt, with its expensive key schedule (N. Provos and D. Mazieres, A Future-Adaptable Password
/// Scheme, 1999). About 4 KiB of state; for one password.
/// </summary>
internal sealed class Blowfish
{
    private const int Rounds = 16;
    private const int SubkeyCount = Rounds + 2;

    private static readonly Lazy<uint[]> Initial =
        new(static () => PiDigits.Words(SubkeyCount + (4 * SubstitutionBox.Length)));

    private readonly uint[] _subkeys = new uint[SubkeyCount];
    private SubstitutionBox _first;
    private SubstitutionBox _second;
    private SubstitutionBox _third;
    private SubstitutionBox _fourth;

    public Blowfish()
    {
        var digits = Initial.Value.AsSpan();
        digits[..SubkeyCount].CopyTo(_subkeys);
        digits = digits[SubkeyCount..];
        digits[..256].CopyTo(_first);
        digits[256..512].CopyTo(_second);
        digits[512..768].CopyTo(_third);
        digits[768..1024].CopyTo(_fourth);
    }

    /// <summary>Mixes in a key, and a salt of 16 bytes unless it is empty.</summary>
    public void ExpandKey(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        var position = 0;
        for (var i = 0; i < SubkeyCount; i++)
        {
            _subkeys[i] ^= NextWord(key, ref position);
        }

        Span<uint> saltWords = stackalloc uint[4];
        saltWords.Clear();
        for (var i = 0; i < salt.Length / sizeof(uint); i++)
        {
            saltWords[i] = BinaryPrimitives.ReadUInt32BigEndian(salt[(i * sizeof(uint))..]);
        }

        uint left = 0;
        uint right = 0;
        var turn = 0;
        Refill(_subkeys, saltWords, ref left, ref right, ref turn);
        Refill(_first, saltWords, ref left, ref right, ref turn);
        Refill(_second, saltWords, ref left, ref right, ref turn);
        Refill(_third, saltWords, ref left, ref right, ref turn);
        Refill(_fourth, saltWords, ref left, ref right, ref turn);
    }

    public void Encrypt(ref uint left, ref uint right)
    {
        var keys = _subkeys;
        var (l, r) = (left ^ keys[0], right);
        for (var i = 1; i <= Rounds; i += 2)
        {
            r ^= Feistel(l) ^ keys[i];
            l ^= Feistel(r) ^ keys[i + 1];
        }

        (left, right) = (r ^ keys[Rounds + 1], l);
    }

    private static uint NextWord(ReadOnlySpan<byte> key, ref int position)
    {
        uint word = 0;
        for (var i = 0; i < sizeof(uint); i++)
        {
            word = (word << 8) | key[position];
            position = position + 1 == key.Length ? 0 : position + 1;
        }

        return word;
    }

    private void Refill(Span<uint> table, ReadOnlySpan<uint> salt, ref uint left, ref uint right, ref int turn)
    {
        for (var i = 0; i + 1 < table.Length; i += 2)
        {
            left ^= salt[turn];
            right ^= salt[turn + 1];
            turn ^= 2;
            Encrypt(ref left, ref right);
            table[i] = left;
            table[i + 1] = right;
        }
    }

    private uint Feistel(uint half) =>
        ((_first[(byte)(half >> 24)] + _second[(byte)(half >> 16)]) ^ _third[(byte)(half >> 8)]) + _fourth[(byte)half];
}
