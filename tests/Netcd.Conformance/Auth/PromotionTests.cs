using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Auth;

/// <summary>What a member answers to another one that asks it, as the leader, for a promotion.</summary>
public sealed class PromotionTests
{
    [Fact]
    public async Task Only_roots_token_lets_a_peer_ask_for_a_promotion()
    {
        var expected = await AnswersAsync(ServerKind.Go);
        Assert.Equal(expected, await AnswersAsync(ServerKind.Netcd));
        Assert.Equal(["404", "500", "500", "500", "404"], expected.Select(answer => answer[..3]));
    }

    private static async Task<List<string>> AnswersAsync(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        var peerPort = FreePorts.Take();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"), FreePorts.Take(), peerPort);
        using var client = new V3Client(server.ClientUrl);
        using var http = new HttpClient();
        var answers = new List<string> { await AskAsync(null) };
        var auth = new AuthClient(client);
        await auth.EnableAsync();
        await auth.AddUserAsync("u", "pw");
        answers.Add(await AskAsync(null));
        answers.Add(await AskAsync("forged"));
        answers.Add(await AskAsync(await auth.LoginAsync("u", "pw")));
        answers.Add(await AskAsync(auth.Token));
        return answers;

        async Task<string> AskAsync(string? token)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Post, $"http://127.0.0.1:{peerPort}/members/promote/7");
            if (token is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", token);
            }

            using var answer = await http.SendAsync(request);
            return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
        }
    }
}
