using System.Collections.Concurrent;
using Netcd.Conformance.Ctl;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Proxy;

/// <summary>
/// The same commands of real etcdctl through Go's grpc-proxy before Go's etcd, through ours before ours, and crosswise:
/// the same output, exit codes and words on standard error.
/// </summary>
public sealed class ProxyScriptTests
{
    // Everything real: run once a script.
    private static readonly ConcurrentDictionary<string, Lazy<Task<List<string>>>> Expected =
        new(StringComparer.Ordinal);

    // Ours before ours runs all; what goes through the proxy's own parts runs crosswise too, each script one way.
    public static TheoryData<string, ServerKind, ServerKind> Runs()
    {
        var runs = new TheoryData<string, ServerKind, ServerKind>();
        foreach (var name in CtlScript.Names())
        {
            runs.Add(name, ServerKind.Netcd, ServerKind.Netcd);
        }

        runs.Add("auth", ServerKind.Netcd, ServerKind.Go);
        runs.Add("kv", ServerKind.Netcd, ServerKind.Go);
        runs.Add("lease", ServerKind.Go, ServerKind.Netcd);
        runs.Add("txn", ServerKind.Go, ServerKind.Netcd);
        return runs;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Script_has_the_results_of_real_programs(string name, ServerKind proxy, ServerKind server)
    {
        var script = CtlScript.Read(name);
        var expected = await Expected.GetOrAdd(
            name, _ => new Lazy<Task<List<string>>>(() => RunAsync(script, ServerKind.Go, ServerKind.Go))).Value;
        var results = await RunAsync(script, proxy, server);
        var differences = expected.Zip(results).Where(pair => Calm(pair.First) != Calm(pair.Second))
            .Select(pair => $"{pair.First}-- but here:\n{pair.Second}").ToList();
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    // Real etcdctl 3.5 panics at a member list without a header, which is what a proxy gives: without the addresses.
    private static string Calm(string result) =>
        result.Contains("stderr: panic:", StringComparison.Ordinal) ? result.Split("goroutine")[0] : result;

    private static Task<List<string>> RunAsync(CtlScript script, ServerKind proxy, ServerKind server) =>
        CtlRun.RunAsync(
            script, CtlTool.Go, server,
            async url => await GrpcProxy.StartAsync(proxy, new Uri(url).Authority));
}
