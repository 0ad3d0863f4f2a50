using System.Security.Cryptography;

namespace Netcd.Api.Auth.Tokens;

/// <summary>RS256, RS384, RS512 and PS256, PS384, PS512.</summary>
internal sealed class RsaKey(RSA key, bool isPrivate, HashAlgorithmName hash, RSASignaturePadding padding) : JwtKey
{
    // One key object is for one thread at a time.
    private readonly Lock _lock = new();

    public override bool IsVerifyOnly => !isPrivate;

    public override byte[] Sign(ReadOnlySpan<byte> content)
    {
        lock (_lock)
        {
            return key.SignData(content, hash, padding);
        }
    }

    public override bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        lock (_lock)
        {
            return key.VerifyData(content, signature, hash, padding);
        }
    }
}
