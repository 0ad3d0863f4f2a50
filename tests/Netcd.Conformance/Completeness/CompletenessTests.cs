using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Netcd.Conformance.Infrastructure;
using Netcd.Conformance.Metrics;
using Netcd.Proto.Election;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Health;
using Netcd.Proto.Lock;
using Netcd.Proto.Mvcc;
using Netcd.TestKit;

namespace Netcd.Conformance.Completeness;

/// <summary>
/// Everything of the reference that a user can touch (methods, fields, flags, metrics, paths, errors) has a row in one
/// of the lists beside this file, which names a test that covers it. What there is comes from the machine: service
/// definitions, the programs' own help, the list of metrics. A row's test must exist.
/// </summary>
public sealed partial class CompletenessTests
{
    private static readonly string Folder = Path.Combine(
        Fixtures.RepositoryRoot, "tests", "Netcd.Conformance", "Completeness");

    private static readonly FileDescriptor[] Definitions =
    [
        RpcReflection.Descriptor, LockReflection.Descriptor, ElectionReflection.Descriptor,
        HealthReflection.Descriptor, MvccReflection.Descriptor,
    ];

    // Of etcd 3.5 alone: removed in 3.6, as netcd is.
    private static readonly string[] RemovedFlags =
    [
        "enable-v2", "experimental-enable-v2v3", "proxy", "proxy-dial-timeout", "proxy-failure-wait",
        "proxy-read-timeout", "proxy-refresh-interval", "proxy-write-timeout",
    ];

    private static readonly Lazy<Dictionary<string, List<string>>> TestFiles = new(ReadTests);

    [Fact]
    public void Every_method_has_a_test() => Check("rpcs.tsv", Definitions.SelectMany(file => file.Services)
        .SelectMany(service => service.Methods.Select(method => $"{service.FullName}/{method.Name}")));

    [Fact]
    public void Every_field_has_a_test() => Check("fields.tsv", Definitions.SelectMany(file => file.MessageTypes)
        .SelectMany(message => message.Fields.InFieldNumberOrder())
        .Select(field => field.FullName));

    [Fact]
    public async Task Every_flag_has_a_test()
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var program in new[] { Programs.GoEtcd, Programs.Netcd })
        {
            var help = await Command.RunAsync(program, ["--help"]);
            known.UnionWith(HelpLine().Matches(help.Output).Select(match => match.Groups["flag"].Value));
        }

        Check("flags.tsv", known.Except(RemovedFlags, StringComparer.Ordinal));

        // The test must at least name the flag.
        Assert.All(Rows("flags.tsv"), row => Assert.Contains(
            TestFiles.Value[row[1][..row[1].IndexOf('.', StringComparison.Ordinal)]],
            text => text.Contains(row[0], StringComparison.Ordinal)));
    }

    /// <summary>
    /// The gateway's paths are those that real etcd's program defines. The rest is not written down there; that the list
    /// has what our server serves, all of it, is held beside the server's table (PathListTests).
    /// </summary>
    [Fact]
    public void Every_path_has_a_test()
    {
        const string Gateway = "/v3/";
        var others = Rows("routes.tsv").Select(row => row[0]).Where(path => !path.StartsWith(Gateway, StringComparison.Ordinal));
        var paths = GatewayReference.ReadPaths(Programs.GoEtcd);
        Assert.Contains("/v3/kv/range", paths);
        Check("routes.tsv", paths.Where(path => path.StartsWith(Gateway, StringComparison.Ordinal)).Concat(others));

        // The pairs of requests and answers that are compared must ask for it.
        var requests = Directory.EnumerateFiles(Path.Combine(Folder, "..", "Gateway"), "*requests.txt")
            .Select(File.ReadAllText).Aggregate(string.Concat);
        Assert.All(
            Rows("routes.tsv").Where(row => row[1].StartsWith("GatewayPairTests", StringComparison.Ordinal)),
            row => Assert.Matches($@"{Regex.Escape(row[0])}[\s?]", requests));
    }

    [Fact]
    public void Every_metric_is_compared_or_has_a_reason()
    {
        Assert.All(KnownMetric.All, static metric => Assert.Matches("^(-|peers: .+|event: .+|absent: .+)$", metric.Note));
        Assert.Equal(KnownMetric.All.Count, KnownMetric.All.Select(metric => metric.Name).Distinct().Count());
        var peers = TestFiles.Value["PeerPageTests"].Aggregate(string.Concat);
        Assert.All(
            KnownMetric.All.Where(metric => metric.Note.StartsWith("peers", StringComparison.Ordinal)),
            metric => Assert.Contains(metric.Name, peers, StringComparison.Ordinal));
    }

    private static List<string[]> Rows(string list) =>
    [
        .. File.ReadLines(Path.Combine(Folder, list)).Where(line => !line.StartsWith('#')).Select(line => line.Split('\t')),
    ];

    private static void Check(string list, IEnumerable<string> items)
    {
        var rows = Rows(list).ToDictionary(row => row[0], row => row[1], StringComparer.Ordinal);
        var problems = new List<string>();
        foreach (var item in items)
        {
            if (!rows.Remove(item, out var test))
            {
                problems.Add($"{item} has no row");
            }
            else if (!IsCovered(test))
            {
                problems.Add($"{item}: there is no test {test}");
            }
        }

        problems.AddRange(rows.Keys.Select(item => $"{item} is not there any more"));
        Assert.True(problems.Count == 0, $"{list}:\n{string.Join('\n', problems)}");
    }

    private static bool IsCovered(string test)
    {
        var dot = test.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && TestFiles.Value.TryGetValue(test[..dot], out var texts)
            && texts.Exists(text => text.Contains($" {test[(dot + 1)..]}(", StringComparison.Ordinal));
    }

    // The texts of the files in which a class is declared.
    private static Dictionary<string, List<string>> ReadTests()
    {
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var files = Directory.EnumerateDirectories(Path.Combine(Fixtures.RepositoryRoot, "src"), "*.Tests")
            .Append(Path.Combine(Fixtures.RepositoryRoot, "tests"))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*Tests*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal));
        foreach (var file in files)
        {
            var text = File.ReadAllText(file);
            foreach (Match match in TestClass().Matches(text))
            {
                var name = match.Groups["name"].Value;
                found.TryAdd(name, []);
                found[name].Add(text);
            }
        }

        return found;
    }

    [GeneratedRegex(@"class (?<name>\w+Tests)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex TestClass();

    [GeneratedRegex(
        @"^\s+--(?<flag>[a-z0-9-]+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex HelpLine();
}
