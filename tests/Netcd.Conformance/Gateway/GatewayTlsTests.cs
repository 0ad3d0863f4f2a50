using System.Net.Security;
using System.Text;
using System.Text.RegularExpressions;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Gateway;

/// <summary>The gateway over TLS, where HTTP/2 carries JSON too.</summary>
public sealed partial class GatewayTlsTests
{
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Names_in_certificates_are_not_taken_for_users(string version)
    {
        var answers = new List<string>();
        foreach (var kind in new[] { ServerKind.Go, ServerKind.Netcd })
        {
            using var directory = new TemporaryDirectory();
            answers.Add(await RunAsync(kind, directory, Version.Parse(version)));
        }

        Assert.Equal(answers[0].Split("\n\n"), answers[1].Split("\n\n"));
    }

    private static async Task<string> RunAsync(ServerKind kind, TemporaryDirectory directory, Version version)
    {
        var certificates = new TestCertificates(directory.File("pki")).WithKubeadmSet();
        certificates.Issue("nameless", "", server: false, client: true);
        var client = $"https://127.0.0.1:{FreePorts.Take()}";
        var peer = $"https://127.0.0.1:{FreePorts.Take()}";
        await using var server = await EtcdServer.StartWithAsync(
            kind, client,
            [
                "--name=m1", $"--data-dir={directory.File("data")}", $"--listen-client-urls={client}",
                $"--advertise-client-urls={client}", $"--listen-peer-urls={peer}",
                $"--initial-advertise-peer-urls={peer}", $"--initial-cluster=m1={peer}", "--bcrypt-cost=4",
                .. certificates.MutualTlsFlags,
            ]);
        using var named = Client(client, version, certificates.ClientOptions("apiserver-etcd-client"));
        using var nameless = Client(client, version, certificates.ClientOptions("nameless"));
        var log = new StringBuilder();
        foreach (var (path, body) in new[]
        {
            ("/v3/kv/put", """{"key":"YQ==","value":"MQ=="}"""),
            ("/v3/kv/range", """{"key":"YQ=="}"""),
            ("/v3/lease/keepalive", """{"ID":5} {"ID":6}"""),
            ("/v3/kv/range", "{bad"),
            ("/v3/auth/user/add", """{"name":"root","password":"x"}"""),
            ("/v3/auth/user/grant", """{"user":"root","role":"root"}"""),
            ("/v3/auth/role/add", """{"name":"root"}"""),
            ("/v3/auth/user/grant", """{"user":"root","role":"root"}"""),
            ("/v3/auth/enable", "{}"),
            ("/v3/kv/range", """{"key":"YQ=="}"""),
            ("/nosuch", ""),
        })
        {
            log.Append($"{path} {await PostAsync(named, path, body)}\n\n");
            log.Append($"{path} {await PostAsync(nameless, path, body)}\n\n");
        }

        // The ids of the cluster come from addresses, which are other ones for each program here.
        return Ids().Replace(log.ToString(), "");
    }

    private static HttpClient Client(string url, Version version, SslClientAuthenticationOptions tls)
    {
        tls.ApplicationProtocols =
            [version.Major == 2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11];
        return new HttpClient(new SocketsHttpHandler { SslOptions = tls, UseProxy = false })
        {
            BaseAddress = new Uri(url),
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,

            // Without it etcd's gateway forgets to say that it is one, and its own certificate's name becomes the
            // user; netcd has no such connection.
            DefaultRequestHeaders = { { "Accept", "*/*" } },
        };
    }

    private static async Task<string> PostAsync(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body);
        using var answer = await client.PostAsync(path, content);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            headers[name] = string.Join(',', values);
        }

        return $"{answer.Version} {AnswerForm.Of(new HttpAnswer(
            (int)answer.StatusCode, headers, await answer.Content.ReadAsByteArrayAsync()))}";
    }

    [GeneratedRegex("""
        "(cluster_id|member_id)":"\d+"
        """)]
    private static partial Regex Ids();
}
