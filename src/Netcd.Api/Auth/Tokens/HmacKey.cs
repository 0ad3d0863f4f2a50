using System.Security.Cryptography;

namespace Netcd.Api.Auth.Tokens;

/// <summary>HS256, HS384, HS512: the file's bytes as they are.</summary>
internal sealed class HmacKey(HashAlgorithmName hash, byte[] secret) : JwtKey
{
    public override byte[] Sign(ReadOnlySpan<byte> content) => CryptographicOperations.HmacData(hash, secret, content);

    public override bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature) =>
        CryptographicOperations.FixedTimeEquals(Sign(content), signature);
}
