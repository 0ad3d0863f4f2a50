using System.Text;
using Netcd.Conformance.Infrastructure;
using Netcd.TestKit;

namespace Netcd.Conformance.Gateway;

/// <summary>
/// The same requests in the same order to etcd and to netcd, on the same addresses, so that also the ids of cluster and
/// member are equal: the answers are compared by status, headers and bytes.
/// </summary>
public sealed class GatewayPairTests
{
    private const int PairsMin = 300;

    [Fact]
    public async Task Answers_to_hundreds_of_requests_are_those_of_etcd()
    {
        var requests = HttpRequestLine.ReadAll(RequestFile("requests.txt")).ToArray();
        Assert.InRange(requests.Length, PairsMin, int.MaxValue);
        await CompareAsync(requests);
    }

    private static string RequestFile(string name) =>
        Path.Combine(Fixtures.RepositoryRoot, "tests", "Netcd.Conformance", "Gateway", name);

    private static async Task CompareAsync(HttpRequestLine[] requests)
    {
        var ports = (Client: FreePorts.Take(), Peer: FreePorts.Take());
        var expected = await AnswersAsync(ServerKind.Go, ports, requests);
        var actual = await AnswersAsync(ServerKind.Netcd, ports, requests);
        var differences = new StringBuilder();
        for (var i = 0; i < requests.Length; i++)
        {
            var (etcd, netcd) = (AnswerForm.Of(expected[i]), AnswerForm.Of(actual[i]));
            if (etcd != netcd)
            {
                differences.Append($"{Short(requests[i].Text)}\n-- etcd: {Short(etcd)}\n-- netcd: {Short(netcd)}\n");
            }
        }

        Assert.True(differences.Length == 0, differences.ToString());
    }

    private static async Task<List<HttpAnswer>> AnswersAsync(
        ServerKind kind, (int Client, int Peer) ports, HttpRequestLine[] requests)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"), ports.Client, ports.Peer);
        var answers = new List<HttpAnswer>();
        var token = "";
        foreach (var request in requests)
        {
            var answer = await RawHttp.SendAsync(ports.Client, request, token);
            answers.Add(answer);
            token = Tokens.Find(answer.Text) ?? token;
        }

        Assert.False(server.HasExited);
        return answers;
    }

    private static string Short(string text) => text.Length < 600 ? text : text[..600] + "...";
}
