using System.Security.Cryptography;

namespace Netcd.Api.Auth.Tokens;

/// <summary>ES256, ES384, ES512: on P-256, P-384 and P-521.</summary>
internal sealed class EcdsaKey(ECDsa key, bool isPrivate, HashAlgorithmName hash, int curveBits) : JwtKey
{
    private const DSASignatureFormat Format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation;

    // One key object is for one thread at a time.
    private readonly Lock _lock = new();

    public override bool IsVerifyOnly => !isPrivate;

    public override byte[] Sign(ReadOnlySpan<byte> content)
    {
        if (key.KeySize != curveBits)
        {
            throw new TokenException("key is invalid");
        }

        lock (_lock)
        {
            return key.SignData(content, hash, Format);
        }
    }

    public override bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 2 * ((curveBits + 7) / 8) || key.KeySize != curveBits)
        {
            return false;
        }

        lock (_lock)
        {
            return key.VerifyData(content, signature, hash, Format);
        }
    }
}
