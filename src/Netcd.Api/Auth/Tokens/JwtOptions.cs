using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Netcd.Api.Auth.Tokens;

/// <summary>
/// <c>--auth-token=jwt,pub-key=...,priv-key=...,sign-method=...,ttl=...</c>. Upstream: server/auth/options.go.
/// </summary>
internal sealed record JwtOptions(string Algorithm, JwtKey Key, TimeSpan Lifetime)
{
    private const string InvalidOptions = "auth: invalid auth options";

    internal const string MissingKey = "auth: missing key data";
    internal const string KeyMismatch = "auth: public and private keys don't match";

    /// <param name="settings">What follows <c>jwt</c>, by name; unknown ones are left alone.</param>
    /// <param name="parseDuration">Reads a duration as Go writes it; null for what is none.</param>
    /// <exception cref="TokenException">They are not complete, or a file cannot be read.</exception>
    public static JwtOptions Of(IReadOnlyDictionary<string, string> settings, Func<string, TimeSpan?> parseDuration)
    {
        var lifetime = TimeSpan.FromMinutes(5);
        if (settings.GetValueOrDefault("ttl") is { Length: > 0 } ttl)
        {
            lifetime = parseDuration(ttl) ?? throw new TokenException(InvalidOptions);
        }

        var publicKey = Read(settings.GetValueOrDefault("pub-key"));
        var privateKey = Read(settings.GetValueOrDefault("priv-key"));
        var algorithm = settings.GetValueOrDefault("sign-method") ?? "";
        try
        {
            return new JwtOptions(algorithm, KeyOf(algorithm, publicKey, privateKey), lifetime);
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            throw new TokenException(problem.Message);
        }
    }

    private static byte[] Read(string? file)
    {
        try
        {
            return file is { Length: > 0 } ? File.ReadAllBytes(file) : [];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new TokenException(InvalidOptions);
        }
    }

    private static JwtKey KeyOf(string algorithm, byte[] publicKey, byte[] privateKey)
    {
        if (algorithm == "EdDSA")
        {
            return Ed25519Key.Of(publicKey, privateKey);
        }

        // Known to the library that etcd uses, but not taken: what is not signed.
        if (algorithm.Length != 5)
        {
            throw new TokenException(
                algorithm == "none" ? "unsupported signing method: *jwt.signingMethodNone" : InvalidOptions);
        }

        var (hash, curveBits) = algorithm[2..] switch
        {
            "256" => (HashAlgorithmName.SHA256, 256),
            "384" => (HashAlgorithmName.SHA384, 384),
            "512" => (HashAlgorithmName.SHA512, 521),
            _ => throw new TokenException(InvalidOptions),
        };
        return algorithm[..2] switch
        {
            "HS" when privateKey.Length > 0 => new HmacKey(hash, privateKey),
            "HS" => throw new TokenException(MissingKey),
            "RS" => RsaOf(publicKey, privateKey, hash, RSASignaturePadding.Pkcs1),
            "PS" => RsaOf(publicKey, privateKey, hash, RSASignaturePadding.Pss),
            "ES" => EcdsaOf(publicKey, privateKey, hash, curveBits),
            _ => throw new TokenException(InvalidOptions),
        };
    }

    private static RsaKey RsaOf(
        byte[] publicKey, byte[] privateKey, HashAlgorithmName hash, RSASignaturePadding padding)
    {
        if (privateKey.Length == 0)
        {
            return new RsaKey(PublicRsa(Required(publicKey)), isPrivate: false, hash, padding);
        }

        var key = RSA.Create();
        key.ImportFromPem(Text(privateKey));
        if (publicKey.Length > 0)
        {
            var (given, own) = (PublicRsa(publicKey).ExportParameters(false), key.ExportParameters(false));
            CheckMatch(given.Modulus.AsSpan().SequenceEqual(own.Modulus));
        }

        return new RsaKey(key, isPrivate: true, hash, padding);
    }

    private static EcdsaKey EcdsaOf(byte[] publicKey, byte[] privateKey, HashAlgorithmName hash, int curveBits)
    {
        if (privateKey.Length == 0)
        {
            return new EcdsaKey(PublicEcdsa(Required(publicKey)), isPrivate: false, hash, curveBits);
        }

        var key = ECDsa.Create();
        key.ImportFromPem(Text(privateKey));
        if (publicKey.Length > 0)
        {
            var (given, own) = (PublicEcdsa(publicKey).ExportParameters(false), key.ExportParameters(false));
            CheckMatch(given.Q.X.AsSpan().SequenceEqual(own.Q.X));
        }

        return new EcdsaKey(key, isPrivate: true, hash, curveBits);
    }

    // A certificate will do.
    private static RSA PublicRsa(byte[] file)
    {
        var text = Text(file);
        if (IsCertificate(text))
        {
            return X509Certificate2.CreateFromPem(text).GetRSAPublicKey() ?? throw NotThisKind("RSA");
        }

        var key = RSA.Create();
        key.ImportFromPem(text);
        return key;
    }

    private static ECDsa PublicEcdsa(byte[] file)
    {
        var text = Text(file);
        if (IsCertificate(text))
        {
            return X509Certificate2.CreateFromPem(text).GetECDsaPublicKey() ?? throw NotThisKind("ECDSA");
        }

        var key = ECDsa.Create();
        key.ImportFromPem(text);
        return key;
    }

    private static bool IsCertificate(string text) =>
        text.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal);

    private static TokenException NotThisKind(string kind) => new($"key is not a valid {kind} public key");

    private static byte[] Required(byte[] publicKey) =>
        publicKey.Length > 0 ? publicKey : throw new TokenException(MissingKey);

    private static string Text(byte[] file) => System.Text.Encoding.UTF8.GetString(file);

    private static void CheckMatch(bool isMatch)
    {
        if (!isMatch)
        {
            throw new TokenException(KeyMismatch);
        }
    }
}
