using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Password hashes in the form that golang.org/x/crypto/bcrypt stores: <c>$2a$</c>, two digits of cost, <c>$</c>, 22
/// letters of salt, 31 letters of hash. Slow on purpose: tens of milliseconds at the default cost, on the caller's
/// thread.
/// </summary>
/// <remarks>
/// The password is hashed with a zero byte after it, and only its first 72 bytes count; a zero byte inside is a byte
/// like others. Longer passwords are not hashed but can be compared, as in Go.
/// </remarks>
public static class Bcrypt
{
    public const int PasswordBytesMax = 72;
    public const int SaltBytes = 16;
    public const int CostMin = 4;
    public const int CostMax = 31;
    public const int DefaultCost = 10;

    private const int HashBytes = 23;
    private const int SaltLetters = 22;
    private const int HashLetters = 31;
    private const int StoredBytesMin = 59;
    private const int MagicRounds = 64;

    private const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Hashes a password of at most <see cref="PasswordBytesMax"/> bytes with a fresh salt.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> password, int cost) =>
        Hash(password, cost, RandomNumberGenerator.GetBytes(SaltBytes));

    public static byte[] Hash(ReadOnlySpan<byte> password, int cost, ReadOnlySpan<byte> salt)
    {
        Invariant.Check(password.Length <= PasswordBytesMax);
        Invariant.Check(cost is >= CostMin and <= CostMax);
        Invariant.Check(salt.Length == SaltBytes);
        var stored = $"$2a${cost.ToString("00", CultureInfo.InvariantCulture)}${Encode(salt)}"
            + Encode(Digest(password, cost, salt));
        return Encoding.ASCII.GetBytes(stored);
    }

    /// <summary>Whether a stored hash is that of a password. A hash that cannot be read is nobody's.</summary>
    public static bool Verify(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> password)
    {
        if (!TryParse(stored, out var cost, out var salt, out var expected))
        {
            return false;
        }

        return CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Encode(Digest(password, cost, salt))), expected);
    }

    // The version's second letter (a, b, y) may be missing; Go takes any.
    private static bool TryParse(ReadOnlySpan<byte> stored, out int cost, out byte[] salt, out ReadOnlySpan<byte> hash)
    {
        cost = 0;
        salt = [];
        hash = [];
        if (stored.Length < StoredBytesMin || stored[0] != '$' || stored[1] > '2')
        {
            return false;
        }

        var rest = stored[(stored[2] != '$' ? 4 : 3)..];
        if (rest.Length < 3 + SaltLetters || !int.TryParse(rest[..2], NumberStyles.None, null, out cost)
            || cost is < CostMin or > CostMax || !TryDecode(rest.Slice(3, SaltLetters), out salt))
        {
            return false;
        }

        hash = rest[(3 + SaltLetters)..];
        return true;
    }

    private static byte[] Digest(ReadOnlySpan<byte> password, int cost, ReadOnlySpan<byte> salt)
    {
        var cipher = new Blowfish();
        var used = Math.Min(password.Length, PasswordBytesMax);
        Span<byte> key = stackalloc byte[PasswordBytesMax + 1];
        password[..used].CopyTo(key);
        key[used] = 0;
        key = key[..(used + 1)];
        cipher.ExpandKey(key, salt);
        for (var i = 0UL; i < 1UL << cost; i++)
        {
            cipher.ExpandKey(key, []);
            cipher.ExpandKey(salt, []);
        }

        key.Clear();
        var digest = "OrpheanBeholderScryDoubt"u8.ToArray();
        for (var block = 0; block < digest.Length; block += 2 * sizeof(uint))
        {
            var left = BinaryPrimitives.ReadUInt32BigEndian(digest.AsSpan(block));
            var right = BinaryPrimitives.ReadUInt32BigEndian(digest.AsSpan(block + sizeof(uint)));
            for (var i = 0; i < MagicRounds; i++)
            {
                cipher.Encrypt(ref left, ref right);
            }

            BinaryPrimitives.WriteUInt32BigEndian(digest.AsSpan(block), left);
            BinaryPrimitives.WriteUInt32BigEndian(digest.AsSpan(block + sizeof(uint)), right);
        }

        // The last byte was lost in the first release of bcrypt, and is left out ever since.
        return digest[..HashBytes];
    }

    // Base64 with another alphabet and without padding.
    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        var letters = new StringBuilder(HashLetters);
        for (var i = 0; i < bytes.Length; i += 3)
        {
            var (first, second, third) = (
                bytes[i], i + 1 < bytes.Length ? bytes[i + 1] : 0, i + 2 < bytes.Length ? bytes[i + 2] : 0);
            letters.Append(Alphabet[first >> 2]).Append(Alphabet[((first & 3) << 4) | (second >> 4)]);
            if (i + 1 < bytes.Length)
            {
                letters.Append(Alphabet[((second & 15) << 2) | (third >> 6)]);
            }

            if (i + 2 < bytes.Length)
            {
                letters.Append(Alphabet[third & 63]);
            }
        }

        return letters.ToString();
    }

    private static bool TryDecode(ReadOnlySpan<byte> letters, out byte[] bytes)
    {
        bytes = new byte[letters.Length * 6 / 8];
        var bits = 0u;
        var count = 0;
        var position = 0;
        foreach (var letter in letters)
        {
            var value = Alphabet.IndexOf((char)letter, StringComparison.Ordinal);
            if (value < 0)
            {
                return false;
            }

            bits = (bits << 6) | (uint)value;
            count += 6;
            if (count >= 8)
            {
                count -= 8;
                bytes[position++] = (byte)(bits >> count);
            }
        }

        return true;
    }
}
