using Netcd.Conformance.Infrastructure;
using Netcd.TestKit;

namespace Netcd.Conformance.Clients;

/// <summary>Clients that other people wrote, on other gRPC stacks, work unchanged.</summary>
public sealed class ClientSessionTests
{
    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task Session_of_python_etcd3_passes(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"));
        var session = await Command.RunAsync("/usr/bin/python3", [Script("session.py"), Port(server)]);
        Assert.Equal("session passed\n", session.Success);
    }

    [Theory]
    [InlineData(ServerKind.Go)]
    [InlineData(ServerKind.Netcd)]
    public async Task Session_of_npm_etcd3_passes(ServerKind kind)
    {
        var modules = Path.Combine(Fixtures.RepositoryRoot, ".peers", "node", "node_modules");
        Assert.True(Directory.Exists(modules), "npm's etcd3 is missing: run tools/get-clients");
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"));
        var session = await Command.RunAsync(
            "node",
            [Script("session.js"), Port(server)],
            environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["NODE_PATH"] = modules });
        Assert.Equal("session passed\n", session.Success);
    }

    private static string Script(string name) =>
        Path.Combine(Fixtures.RepositoryRoot, "tests", "Netcd.Conformance", "Clients", name);

    private static string Port(EtcdServer server) => new Uri(server.ClientUrl).Port.ToString();
}
