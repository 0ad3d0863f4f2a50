using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace Netcd.Api.Auth.Tokens;

/// <summary>
/// EdDSA (RFC 8037) on Ed25519, which etcd takes from 3.6 on. Upstream: edKey of server/auth/options.go, golang-jwt/jwt
/// v5, ed25519_utils.go.
/// </summary>
internal sealed class Ed25519Key : JwtKey
{
    // RFC 8410.
    private const string Oid = "1.3.101.112";
    private const string NoPem = "invalid key: Key must be a PEM encoded PKCS1 or PKCS8 key";
    private const string NotPrivate = "key is not a valid Ed25519 private key";
    private const string NotPublic = "key is not a valid Ed25519 public key";

    private readonly EvpKey _key;
    private readonly bool _isPrivate;

    private Ed25519Key(EvpKey key, bool isPrivate)
    {
        _key = key;
        _isPrivate = isPrivate;
    }

    public override bool IsVerifyOnly => !_isPrivate;

    /// <param name="publicKey">A file with a public key (SubjectPublicKeyInfo in PEM); empty for none.</param>
    /// <param name="privateKey">A file with a private one (PKCS 8 in PEM); empty for none.</param>
    /// <exception cref="TokenException">They are none, or not of one pair, or this system has no Ed25519.</exception>
    /// <exception cref="CryptographicException">OpenSSL takes no such key.</exception>
    public static Ed25519Key Of(byte[] publicKey, byte[] privateKey)
    {
        if (!Evp.IsAvailable)
        {
            throw new TokenException("unsupported signing method: *jwt.SigningMethodEd25519");
        }

        var seed = privateKey.Length > 0 ? Read(privateKey, NotPrivate, Seed) : null;
        var point = publicKey.Length > 0 ? Read(publicKey, NotPublic, Point) : null;
        if (seed is null)
        {
            return point is null
                ? throw new TokenException(JwtOptions.MissingKey)
                : new Ed25519Key(Evp.PublicKey(point), isPrivate: false);
        }

        var key = Evp.PrivateKey(seed);
        CryptographicOperations.ZeroMemory(seed);
        return point is null || Evp.PublicBytes(key).AsSpan().SequenceEqual(point)
            ? new Ed25519Key(key, isPrivate: true)
            : throw new TokenException(JwtOptions.KeyMismatch);
    }

    public override byte[] Sign(ReadOnlySpan<byte> content) => Evp.Sign(_key, content.ToArray());

    public override bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature) =>
        signature.Length == Evp.SignatureBytes && Evp.Verify(_key, content.ToArray(), signature.ToArray());

    private static byte[] Read(byte[] file, string refusal, Func<AsnReader, byte[]?> read)
    {
        var text = Encoding.UTF8.GetString(file);
        if (!PemEncoding.TryFind(text, out var fields))
        {
            throw new TokenException(NoPem);
        }

        try
        {
            var reader = new AsnReader(Convert.FromBase64String(text[fields.Base64Data]), AsnEncodingRules.DER);
            var key = read(reader.ReadSequence());
            return key is { Length: Evp.KeyBytes } ? key : throw new TokenException(refusal);
        }
        catch (AsnContentException)
        {
            throw new TokenException(refusal);
        }
    }

    // OneAsymmetricKey: version, algorithm, and in an OCTET STRING another with the seed; more may follow.
    private static byte[]? Seed(AsnReader key)
    {
        key.ReadInteger();
        return key.ReadSequence().ReadObjectIdentifier() == Oid
            ? new AsnReader(key.ReadOctetString(), AsnEncodingRules.DER).ReadOctetString()
            : null;
    }

    // SubjectPublicKeyInfo: algorithm and a BIT STRING.
    private static byte[]? Point(AsnReader key) =>
        key.ReadSequence().ReadObjectIdentifier() == Oid ? key.ReadBitString(out _) : null;
}
