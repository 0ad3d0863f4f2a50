using System.Collections.Concurrent;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Ctl;

/// <summary>
/// The same commands by real etcdctl and by ours, against real etcd and against ours: the same output, the same exit
/// codes and the same words on standard error, in every output format.
/// </summary>
public sealed class CtlScriptTests
{
    // Real etcdctl against real etcd: run once a script.
    private static readonly ConcurrentDictionary<string, Lazy<Task<List<string>>>> Expected =
        new(StringComparer.Ordinal);

    public static TheoryData<string, CtlTool, ServerKind> Runs()
    {
        var runs = new TheoryData<string, CtlTool, ServerKind>();
        foreach (var name in CtlScript.Names())
        {
            runs.Add(name, CtlTool.Netcd, ServerKind.Go);
            runs.Add(name, CtlTool.Go, ServerKind.Netcd);
            runs.Add(name, CtlTool.Netcd, ServerKind.Netcd);
        }

        return runs;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task Script_has_the_results_of_real_etcdctl_and_real_etcd(
        string name, CtlTool tool, ServerKind server)
    {
        var script = CtlScript.Read(name);
        var expected = await Expected.GetOrAdd(
            name, _ => new Lazy<Task<List<string>>>(() => CtlRun.RunAsync(script, CtlTool.Go, ServerKind.Go))).Value;
        var results = await CtlRun.RunAsync(script, tool, server);
        AssertSame(expected, results);
    }

    [Theory]
    [InlineData("kv", CtlTool.Netcd, ServerKind.Go)]
    [InlineData("kv", CtlTool.Go, ServerKind.Netcd)]
    [InlineData("cluster", CtlTool.Netcd, ServerKind.Go)]
    [InlineData("cluster", CtlTool.Netcd, ServerKind.Netcd)]
    public async Task Script_has_the_same_results_where_both_sides_show_certificates(
        string name, CtlTool tool, ServerKind server)
    {
        var script = CtlScript.Read(name);
        var expected = await CtlRun.RunAsync(script, CtlTool.Go, ServerKind.Go, isTls: true);
        AssertSame(expected, await CtlRun.RunAsync(script, tool, server, isTls: true));
    }

    private static void AssertSame(List<string> expected, List<string> results)
    {
        var differences = expected.Zip(results).Where(pair => pair.First != pair.Second)
            .Select(pair => $"{pair.First}-- but here:\n{pair.Second}").ToList();
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }
}
