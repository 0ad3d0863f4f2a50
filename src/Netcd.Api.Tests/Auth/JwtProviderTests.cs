using System.Security.Cryptography;
using System.Text;
using Netcd.Api.Auth.Tokens;
using Netcd.TestKit;

namespace Netcd.Api.Tests.Auth;

public sealed class JwtProviderTests : IDisposable
{
    private static readonly string[] Names =
    [
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
        "EdDSA",
    ];

    // One for all: a token is good for its own algorithm only, though the key is the same.
    private static readonly RSA SharedKey = RSA.Create(2048);

    private readonly string _directory = Directory.CreateTempSubdirectory("netcd-jwt").FullName;
    private readonly ManualTime _time = new();

    public static TheoryData<string> Algorithms => [.. Names];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Token_is_good_until_it_expires_and_only_as_it_was_signed(string algorithm)
    {
        var provider = Provider(algorithm);
        var token = provider.Issue("alice <&>"u8.ToArray(), 7, [])!;
        Assert.True(provider.TryIdentify(token, out var caller));
        Assert.Equal(("alice <&>", 7UL), (Encoding.UTF8.GetString(caller.Name!), caller.TokenRevision));
        var changed = token.ToArray();
        changed[^20] ^= 1;
        Assert.False(provider.TryIdentify(changed, out _));
        Assert.False(provider.TryIdentify([.. token, .. "=="u8], out _));
        Assert.False(provider.TryIdentify([.. token[..9], (byte)' ', .. token[9..]], out _));
        foreach (var other in Names.Where(other => other != algorithm))
        {
            Assert.False(Provider(other).TryIdentify(token, out _), other);
        }

        _time.Advance(TimeSpan.FromSeconds(299));
        Assert.True(provider.TryIdentify(token, out _));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(provider.TryIdentify(token, out _));
    }

    [Fact]
    public void Public_key_alone_checks_but_does_not_sign()
    {
        var token = Provider("RS256").Issue("u"u8.ToArray(), 1, [])!;
        var verifier = Make($"jwt,pub-key={File("RS256.pub")},sign-method=RS256");
        Assert.True(verifier.TryIdentify(token, out _));
        Assert.Equal(
            "auth: token signing attempted with verify-only key",
            Assert.Throws<TokenException>(() => verifier.Issue("u"u8.ToArray(), 1, [])).Message);
    }

    [Theory]
    [InlineData("other",                               "auth: invalid auth options")]
    [InlineData("jwt",                                 "auth: invalid auth options")]
    [InlineData("jwt,sign-method=EdDSA",               "auth: missing key data")]
    [InlineData("jwt,sign-method=none",                "unsupported signing method: *jwt.signingMethodNone")]
    [InlineData("jwt,sign-method=RS256",               "auth: missing key data")]
    [InlineData("jwt,sign-method=HS256",               "auth: missing key data")]
    [InlineData("jwt,sign-method=ES256",               "auth: missing key data")]
    [InlineData("jwt,sign-method=RS257",               "auth: invalid auth options")]
    [InlineData("jwt,sign-method",                     "auth: invalid auth options")]
    [InlineData("jwt,sign-method=HS256,sign-method=x", "auth: invalid auth options")]
    [InlineData("jwt,sign-method=HS256,priv-key=/no",  "auth: invalid auth options")]
    [InlineData("jwt,sign-method=HS256,ttl=x",         "auth: invalid auth options")]
    public void Flag_that_etcd_does_not_take_is_refused(string specification, string message) =>
        Assert.Equal(message, Assert.Throws<TokenException>(() => Make(specification)).Message);

    [Fact]
    public void Keys_that_do_not_belong_together_are_refused()
    {
        Provider("RS256");
        using var other = RSA.Create(2048);
        WriteKey("RS512", other);
        var mixed = $"jwt,pub-key={File("RS256.pub")},priv-key={File("RS512.key")},sign-method=RS256";
        Assert.Equal(
            "auth: public and private keys don't match", Assert.Throws<TokenException>(() => Make(mixed)).Message);
    }

    private ITokenProvider Provider(string algorithm)
    {
        if (!System.IO.File.Exists(File($"{algorithm}.key")))
        {
            WriteKeys(algorithm);
        }

        var publicKey = algorithm[0] == 'H' ? "" : $"pub-key={File($"{algorithm}.pub")},";
        return Make($"jwt,{publicKey}priv-key={File($"{algorithm}.key")},sign-method={algorithm},ttl=5m");
    }

    private ITokenProvider Make(string specification) => TokenProviders.Of(
        specification, static text => text == "5m" ? TimeSpan.FromMinutes(5) : null)(null!, _time);

    private string File(string name) => Path.Combine(_directory, name);

    private void WriteKeys(string algorithm)
    {
        if (algorithm[0] == 'H')
        {
            System.IO.File.WriteAllText(File($"{algorithm}.key"), algorithm);
            return;
        }

        if (algorithm == "EdDSA")
        {
            System.IO.File.WriteAllText(File($"{algorithm}.key"), Ed25519KeyTests.PrivateFile(Ed25519KeyTests.Seed));
            System.IO.File.WriteAllText(File($"{algorithm}.pub"), Ed25519KeyTests.PublicFile(Ed25519KeyTests.Point));
            return;
        }

        if (algorithm[0] != 'E')
        {
            WriteKey(algorithm, SharedKey);
            return;
        }

        using var key = ECDsa.Create(algorithm switch
        {
            "ES256" => ECCurve.NamedCurves.nistP256,
            "ES384" => ECCurve.NamedCurves.nistP384,
            _ => ECCurve.NamedCurves.nistP521,
        });
        WriteKey(algorithm, key);
    }

    private void WriteKey(string algorithm, AsymmetricAlgorithm key)
    {
        System.IO.File.WriteAllText(File($"{algorithm}.key"), key.ExportPkcs8PrivateKeyPem());
        System.IO.File.WriteAllText(File($"{algorithm}.pub"), key.ExportSubjectPublicKeyInfoPem());
    }
}
