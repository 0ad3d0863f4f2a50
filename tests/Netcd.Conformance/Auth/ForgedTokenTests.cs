using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Auth;

/// <summary>Tokens that nobody signed, or not for this: both programs refuse what either refuses.</summary>
public sealed class ForgedTokenTests
{
    [Fact]
    public async Task Forged_tokens_get_the_verdicts_of_etcd()
    {
        using var directory = new TemporaryDirectory();
        var keys = JwtKeys.Write(directory.Path, "RS256");
        await using var go = await EtcdServer.StartAsync(ServerKind.Go, directory.File("go"), keys.Flag);
        await using var netcd = await EtcdServer.StartAsync(ServerKind.Netcd, directory.File("netcd"), keys.Flag);
        using var goClient = new V3Client(go.ClientUrl);
        using var ourClient = new V3Client(netcd.ClientUrl);
        var (asked, ours) = (new AuthClient(goClient), new AuthClient(ourClient));
        await asked.EnableAsync();
        await ours.EnableAsync();
        var differences = new List<string>();
        foreach (var (name, token, isGood) in Tokens(keys))
        {
            (asked.Token, ours.Token) = (token, token);
            var (expected, given) = (await asked.PutAsync("k"), await ours.PutAsync("k"));
            if (expected != given || isGood != (expected == "OK"))
            {
                differences.Add($"{name}\n  Go:    {expected}\n  netcd: {given}");
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.False(netcd.HasExited);
        Assert.DoesNotContain("panic", netcd.Log, StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<(string Name, string Token, bool IsGood)> Tokens(JwtKeys keys)
    {
        const string Header = """{"alg":"RS256","typ":"JWT"}""";
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var good = $$"""{"exp":{{now + 600}},"revision":3,"username":"root"}""";
        using var key = RSA.Create();
        key.ImportFromPem(File.ReadAllText(keys.PrivateFile));
        using var other = RSA.Create(2048);
        byte[] Signed(byte[] content) => key.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        yield return ("good", Make(Header, good, Signed), true);
        yield return ("no typ", Make("""{"alg":"RS256"}""", good, Signed), true);
        yield return ("no expiry", Make(Header, """{"revision":3,"username":"root"}""", Signed), true);
        yield return ("zero expiry", Make(Header, """{"exp":0,"revision":3,"username":"root"}""", Signed), true);
        yield return ("float expiry", Make(
            Header, $$"""{"exp":{{now + 600}}.5,"revision":3.0,"username":"root"}""", Signed), true);
        yield return ("last of two users", Make(Header, """{"revision":3,"username":"x","username":"root"}""", Signed), true);
        yield return ("none, unsigned", Make("""{"alg":"none","typ":"JWT"}""", good, _ => []), false);
        yield return ("None, unsigned", Make("""{"alg":"None"}""", good, _ => []), false);
        yield return ("none, signed", Make("""{"alg":"none"}""", good, Signed), false);
        yield return ("no algorithm", Make("""{"typ":"JWT"}""", good, Signed), false);
        yield return ("algorithm no text", Make("""{"alg":1}""", good, Signed), false);
        yield return ("HMAC with the public key", Make(
            """{"alg":"HS256"}""", good, content => HMACSHA256.HashData(File.ReadAllBytes(keys.PublicFile), content)), false);
        yield return ("RSA, HMAC of the public key", Make(
            Header, good, content => HMACSHA256.HashData(File.ReadAllBytes(keys.PublicFile), content)), false);
        yield return ("RS512", Make(
            """{"alg":"RS512"}""", good,
            content => key.SignData(content, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1)), false);
        yield return ("PS256", Make(
            """{"alg":"PS256"}""", good,
            content => key.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)), false);
        yield return ("other key", Make(
            Header, good, content => other.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)), false);
        yield return ("unsigned", Make(Header, good, _ => []), false);
        var token = Make(Header, good, Signed);
        var parts = token.Split('.');
        yield return ("other claims", $"{parts[0]}.{Part(good.Replace("3", "4"))}.{parts[2]}", false);
        yield return ("two parts", $"{parts[0]}.{parts[1]}", false);
        yield return ("four parts", $"{token}.x", false);
        yield return ("dots", new string('.', 4000), false);
        yield return ("no base64", $"{parts[0]}.!!!.{parts[2]}", false);
        yield return ("expired", Make(Header, $$"""{"exp":{{now - 5}},"revision":3,"username":"root"}""", Signed), false);
        yield return ("expiry as text", Make(
            Header, $$"""{"exp":"{{now + 600}}","revision":3,"username":"root"}""", Signed), false);
        yield return ("expiry null", Make(Header, """{"exp":null,"revision":3,"username":"root"}""", Signed), false);
        yield return ("not yet", Make(Header, $$"""{"nbf":{{now + 600}},"revision":3,"username":"root"}""", Signed), false);
        yield return ("from the future", Make(
            Header, $$"""{"iat":{{now + 600}},"revision":3,"username":"root"}""", Signed), false);
        yield return ("no user", Make(Header, """{"revision":3}""", Signed), false);
        yield return ("user no text", Make(Header, """{"revision":3,"username":["root"]}""", Signed), false);
        yield return ("user nobody has", Make(Header, """{"revision":3,"username":"eve"}""", Signed), false);
        yield return ("no revision", Make(Header, """{"username":"root"}""", Signed), false);
        yield return ("revision as text", Make(Header, """{"revision":"3","username":"root"}""", Signed), false);
        yield return ("old revision", Make(Header, """{"revision":2,"username":"root"}""", Signed), false);
        yield return ("revision zero", Make(Header, """{"revision":0,"username":"root"}""", Signed), false);
        yield return ("no object", Make(Header, """["root"]""", Signed), false);
        yield return ("no JSON", Make(Header, "root", Signed), false);
        yield return ("empty", Make("", "", _ => []), false);
    }

    private static string Make(string header, string claims, Func<byte[], byte[]> sign)
    {
        var content = $"{Part(header)}.{Part(claims)}";
        return $"{content}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(content)))}";
    }

    private static string Part(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
