using System.Text;
using Netcd.Conformance.Infrastructure;
using Netcd.TestKit;

namespace Netcd.Conformance.Gateway;

/// <summary>
/// Sends the same requests in the same order to etcd and to netcd, on the same addresses, so that also the ids of
/// cluster and member are equal, and compares the answers by status, headers and bytes.
/// </summary>
internal static class PairRunner
{
    public static HttpRequestLine[] Read(string file) =>
        [.. HttpRequestLine.ReadAll(
            Path.Combine(Fixtures.RepositoryRoot, "tests", "Netcd.Conformance", "Gateway", file))];

    public static HttpRequestLine[] Parse(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(HttpRequestLine.Parse)];

    /// <param name="requests">The requests.</param>
    /// <param name="port">Where they are sent to; null for the client listener.</param>
    /// <param name="arguments">More flags of both programs.</param>
    public static async Task CompareAsync(HttpRequestLine[] requests, int? port = null, params string[] arguments)
    {
        var ports = (Client: FreePorts.Take(), Peer: FreePorts.Take());
        var target = port ?? ports.Client;
        var expected = await AnswersAsync(ServerKind.Go, ports, target, arguments, requests);
        var actual = await AnswersAsync(ServerKind.Netcd, ports, target, arguments, requests);
        var differences = new StringBuilder();
        for (var i = 0; i < requests.Length; i++)
        {
            var isOfFile = requests[i].Text.StartsWith("POST /v3/maintenance/hash ", StringComparison.Ordinal);
            var (etcd, netcd) = (AnswerForm.Of(expected[i], isOfFile), AnswerForm.Of(actual[i], isOfFile));
            if (requests[i].NewerStatus is { } status ? actual[i].Status != status : etcd != netcd)
            {
                differences.Append($"{Short(requests[i].Text)}\n-- etcd: {Short(etcd)}\n-- netcd: {Short(netcd)}\n");
            }
        }

        Assert.True(differences.Length == 0, differences.ToString());
    }

    private static async Task<List<HttpAnswer>> AnswersAsync(
        ServerKind kind, (int Client, int Peer) ports, int target, string[] arguments, HttpRequestLine[] requests)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(
            kind, directory.File("data"), ports.Client, ports.Peer, arguments);
        var answers = new List<HttpAnswer>();
        var token = "";
        foreach (var request in requests)
        {
            var answer = await RawHttp.SendAsync(target, request, token);
            answers.Add(answer);
            token = Tokens.Find(answer.Text) ?? token;
        }

        Assert.False(server.HasExited);
        return answers;
    }

    private static string Short(string text) => text.Length < 600 ? text : text[..600] + "...";
}
