using System.Text;
using Netcd.CommandLine;
using Netcd.Proxy.Discovery;
using Netcd.Proxy.Logging;
using Netcd.TestKit;

namespace Netcd.Proxy.Tests.Discovery;

public sealed class EndpointSearchTests : IDisposable
{
    private readonly FakeRecords _records = new();
    private readonly MemoryStream _error = new();
    private readonly ProgramConsole _console;
    private readonly EndpointSearch _search;

    public EndpointSearchTests()
    {
        _console = new ProgramConsole(
            Stream.Null, Stream.Null, _error, new Dictionary<string, string>(StringComparer.Ordinal));
        _search = new EndpointSearch(_records, new ProxyLog(_console, new ManualTime(), "test"));
    }

    [Fact]
    public async Task Servers_with_and_without_TLS_are_found_together()
    {
        _records.Answers["_etcd-client-ssl-blue._tcp.example.com"] = [new SrvRecord(new Endpoint("a", 1), 1, 2)];
        _records.Answers["_etcd-client-blue._tcp.example.com"] = [new SrvRecord(new Endpoint("b", 2))];
        var found = await FindAsync("example.com", "blue", isInsecure: true);
        Assert.Equal(["https://a:1", "http://b:2"], found.Select(static one => one.Url));
        Assert.Equal((1, 2), (found[0].Record.Priority, found[0].Record.Weight));
    }

    [Fact]
    public async Task Without_TLS_none_is_taken_unless_that_is_allowed()
    {
        _records.Answers["_etcd-client._tcp.example.com"] = [new SrvRecord(new Endpoint("b", 2))];
        Assert.Empty(await FindAsync("example.com", "", isInsecure: false));
        Assert.Contains(
            "failed to validate discovered endpoints", Encoding.UTF8.GetString(_error.ToArray()));
        Assert.Contains("is insecure", Encoding.UTF8.GetString(_error.ToArray()));
    }

    [Fact]
    public async Task A_domain_without_records_is_an_error_and_no_domain_is_none()
    {
        var problem = await Assert.ThrowsAsync<SrvException>(() => FindAsync("example.com", "", isInsecure: true));
        Assert.Equal(
            "dns lookup errors: no _etcd-client-ssl._tcp.example.com and no _etcd-client._tcp.example.com",
            problem.Message);
        Assert.Empty(await FindAsync("", "", isInsecure: true));
    }

    public void Dispose()
    {
        _console.Dispose();
        _error.Dispose();
    }

    private Task<IReadOnlyList<FoundEndpoint>> FindAsync(string domain, string name, bool isInsecure) =>
        _search.FindAsync(domain, name, isInsecure, "", CancellationToken.None);

    private sealed class FakeRecords : ISrvRecords
    {
        public Dictionary<string, IReadOnlyList<SrvRecord>> Answers { get; } = new(StringComparer.Ordinal);

        public Task<IReadOnlyList<SrvRecord>> LookUpAsync(string name, CancellationToken cancellation) =>
            Answers.TryGetValue(name, out var records)
                ? Task.FromResult(records)
                : throw new SrvException($"no {name}");
    }
}
