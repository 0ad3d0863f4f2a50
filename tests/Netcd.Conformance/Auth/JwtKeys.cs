using System.Security.Cryptography;

namespace Netcd.Conformance.Auth;

/// <summary>Key files for signed tokens, and the flag that names them.</summary>
internal sealed record JwtKeys(string Algorithm, string PublicFile, string PrivateFile)
{
    public string Flag => Algorithm.StartsWith("HS", StringComparison.Ordinal)
        ? $"--auth-token=jwt,priv-key={PrivateFile},sign-method={Algorithm},ttl=10m"
        : $"--auth-token=jwt,pub-key={PublicFile},priv-key={PrivateFile},sign-method={Algorithm},ttl=10m";

    public static JwtKeys Write(string directory, string algorithm)
    {
        var keys = new JwtKeys(algorithm, Path.Combine(directory, "jwt.pub"), Path.Combine(directory, "jwt.key"));
        switch (algorithm[..2])
        {
            case "HS":
                File.WriteAllBytes(keys.PrivateFile, RandomNumberGenerator.GetBytes(64));
                File.WriteAllText(keys.PublicFile, "");
                break;
            case "ES":
                using (var key = ECDsa.Create(algorithm switch
                {
                    "ES256" => ECCurve.NamedCurves.nistP256,
                    "ES384" => ECCurve.NamedCurves.nistP384,
                    _ => ECCurve.NamedCurves.nistP521,
                }))
                {
                    File.WriteAllText(keys.PrivateFile, key.ExportECPrivateKeyPem());
                    File.WriteAllText(keys.PublicFile, key.ExportSubjectPublicKeyInfoPem());
                }

                break;
            default:
                using (var key = RSA.Create(2048))
                {
                    File.WriteAllText(keys.PrivateFile, key.ExportRSAPrivateKeyPem());
                    File.WriteAllText(keys.PublicFile, key.ExportSubjectPublicKeyInfoPem());
                }

                break;
        }

        return keys;
    }
}
