using System.Buffers.Text;
using System.Text;
using Netcd.Api.Auth.Tokens;

namespace Netcd.Api.Tests.Auth;

public sealed class Ed25519KeyTests
{
    // RFC 8032, 7.1, test 1; RFC 8037, A.1.
    internal const string Seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    internal const string Point = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    private const string OtherSeed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    private const string OtherPoint = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";

    // P-256, so that only the algorithm is wrong.
    private const string EllipticPrivate =
        "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420";

    private const string Rsa = "305c300d06092a864886f70d0101010500034b00";

    // RFC 8410: what is before the seed, and before the point.
    private const string PrivateHead = "302e020100300506032b657004220420";
    private const string PublicHead = "302a300506032b6570032100";

    /// <summary>RFC 8032, 7.1, tests 1 to 3.</summary>
    [Theory]
    [InlineData(Seed, Point, "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(OtherSeed, OtherPoint, "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void Signatures_are_those_of_the_RFC(string seed, string point, string message, string signature)
    {
        var (content, expected) = (Convert.FromHexString(message), Convert.FromHexString(signature));
        var key = Key(PublicFile(point), PrivateFile(seed));
        Assert.Equal(expected, key.Sign(content));
        foreach (var verifier in new[] { key, Key(PublicFile(point), ""), Key("", PrivateFile(seed)) })
        {
            Assert.True(verifier.Verify(content, expected));
            Assert.False(verifier.Verify([.. content, 0], expected));
            Assert.False(verifier.Verify(content, expected.AsSpan(1)));
            for (var bit = 0; bit < expected.Length * 8; bit += 37)
            {
                var changed = expected.ToArray();
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(verifier.Verify(content, changed));
            }
        }

        Assert.True(Key(PublicFile(point), "").IsVerifyOnly);
        Assert.False(key.IsVerifyOnly);
    }

    /// <summary>RFC 8037, A.4.</summary>
    [Fact]
    public void A_web_signature_is_that_of_the_RFC()
    {
        const string Signature =
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        var content = $"{Encoded("""{"alg":"EdDSA"}""")}.{Encoded("Example of Ed25519 signing")}";
        Assert.Equal(Signature, Base64Url.EncodeToString(Key("", PrivateFile(Seed)).Sign(Encoding.ASCII.GetBytes(content))));
    }

    [Fact]
    public void Keys_that_are_none_are_refused_as_by_etcd()
    {
        const string NoPem = "invalid key: Key must be a PEM encoded PKCS1 or PKCS8 key";
        const string NotPrivate = "key is not a valid Ed25519 private key";
        const string NotPublic = "key is not a valid Ed25519 public key";
        foreach (var (text, publicFile, privateFile) in new[]
        {
            ("auth: missing key data", "", ""),
            (NoPem, "what", ""),
            (NoPem, "", "what"),
            (NotPrivate, "", Pem("PRIVATE KEY", EllipticPrivate + Seed)),
            (NotPrivate, "", Pem("PRIVATE KEY", PrivateHead + Seed[2..])),
            (NotPrivate, "", Pem("PRIVATE KEY", "05")),
            (NotPublic, Pem("PUBLIC KEY", Rsa + Point), ""),
            (NotPublic, Pem("PUBLIC KEY", PublicHead + Point[2..]), ""),
            (NotPublic, Pem("PUBLIC KEY", ""), ""),
            (NotPublic, PrivateFile(Seed), ""),
            ("auth: public and private keys don't match", PublicFile(OtherPoint), PrivateFile(Seed)),
        })
        {
            Assert.Equal(text, Assert.Throws<TokenException>(() => Key(publicFile, privateFile)).Message);
        }
    }

    [Fact]
    public async Task One_key_signs_and_verifies_on_many_threads()
    {
        var key = Key(PublicFile(Point), PrivateFile(Seed));
        await Parallel.ForAsync(0, 500, (i, _) =>
        {
            var content = Encoding.ASCII.GetBytes($"message {i}");
            Assert.True(key.Verify(content, key.Sign(content)));
            return ValueTask.CompletedTask;
        });
    }

    internal static string PrivateFile(string seed) => Pem("PRIVATE KEY", PrivateHead + seed);

    internal static string PublicFile(string point) => Pem("PUBLIC KEY", PublicHead + point);

    private static Ed25519Key Key(string publicFile, string privateFile) =>
        Ed25519Key.Of(Encoding.ASCII.GetBytes(publicFile), Encoding.ASCII.GetBytes(privateFile));

    private static string Encoded(string text) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(text));

    private static string Pem(string label, string hex) =>
        $"-----BEGIN {label}-----\n{Convert.ToBase64String(Convert.FromHexString(hex))}\n-----END {label}-----\n";
}
