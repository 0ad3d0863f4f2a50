using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Netcd.Server.Auth;

/// <summary>
/// Tokens by content, looked up by span. The time of a comparison tells nothing about where they differ.
/// </summary>
public sealed class TokenComparer
    : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly TokenComparer Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => CryptographicOperations.FixedTimeEquals(x, y);

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) =>
        CryptographicOperations.FixedTimeEquals(alternate, other);

    public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

    // Seeded anew in each process.
    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = default(HashCode);
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
