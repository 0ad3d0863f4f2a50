using System.Globalization;
using Netcd.Load.Workloads;

namespace Netcd.Load.Comparison;

/// <summary>
/// Runs every scenario against both programs in turn, several rounds, and prints the medians and their ratio. Absolute
/// times of a machine drift; the ratio of alternating runs does not.
/// </summary>
internal sealed class Comparer
{
    private readonly LoadOptions _options;
    private readonly string _root = Directory.CreateTempSubdirectory("netcd-compare-").FullName;
    private readonly BenchCertificates? _tls;
    private readonly double _scale;
    private readonly int _members;

    public Comparer(LoadOptions options)
    {
        _options = options;
        _scale = options.Number("scale", 100) / 100.0;
        _members = options.Number("members", 1);
        _tls = options.Has("tls") ? new BenchCertificates(Path.Combine(_root, "pki")) : null;
    }

    public async Task RunAsync()
    {
        var only = _options.Text("only", "");
        Console.Out.WriteLine(
            """
            | workload | server | requests/s | p50 ms | p99 ms | CPU s per 100k | peak RSS MB |
            |---|---|---|---|---|---|---|
            """);
        try
        {
            foreach (var scenario in Scenarios())
            {
                var isMeasured = _members == 1 || scenario.Workload is "put" or "range";
                if (isMeasured && scenario.Name.Contains(only, StringComparison.Ordinal))
                {
                    await CompareAsync(scenario);
                }
            }
        }
        finally
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    private static async Task<LoadResult> LoadAsync(string workload, LoadOptions options)
    {
        var result = workload == "watch"
            ? await new WatchFanOut(options).RunAsync()
            : await new ClosedLoop(options, WorkloadTable.Find(workload, options)).RunAsync();
        return result.Errors.Count == 0
            ? result
            : throw new LoadException($"{workload}: {string.Join("; ", result.Errors)}");
    }

    private static (string Workload, string[] Options) Fill(params string[] options) =>
        ("fill", ["--conns=1", "--clients=4", .. options]);

    private static void Print(string scenario, string server, Measurement m) =>
        Console.Out.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {scenario} | {server} | {m.PerSecond:f0} | {m.P50Milliseconds:f2} | {m.P99Milliseconds:f2} | "
                + $"{m.CpuSecondsPer100k:f3} | {m.PeakRssBytes / 1e6:f0} |"));

    private static Measurement Median(List<Measurement> rounds) =>
        new(
            Middle(rounds, m => m.PerSecond), Middle(rounds, m => m.P50Milliseconds),
            Middle(rounds, m => m.P99Milliseconds), Middle(rounds, m => m.CpuSecondsPer100k),
            (long)Middle(rounds, m => m.PeakRssBytes));

    private static double Middle(List<Measurement> rounds, Func<Measurement, double> value) =>
        rounds.Select(value).Order().ElementAt(rounds.Count / 2);

    private Scenario[] Scenarios()
    {
        string[] oneClient = ["--conns=1", "--clients=1"];
        return
        [
            new("put 256 B, 1000 clients", [], "put", Total(100_000)),
            new("put 256 B, 1 client", [], "put", [.. oneClient, Total(5_000)]),
            new("range 1 key linearizable, 1000 clients", [("put", [.. oneClient, "--total=1"])], "range",
                Total(200_000), "--key=00000000"),
            new("range 1 key serializable, 1000 clients", [("put", [.. oneClient, "--total=1"])], "range",
                Total(200_000), "--key=00000000", "--consistency=s"),
            new("range 1 key linearizable, 1 client", [("put", [.. oneClient, "--total=1"])], "range",
                [.. oneClient, Total(10_000), "--key=00000000"]),
            new("txn compare+put 256 B, 1000 clients", [], "txn-put", Total(100_000)),
            new("list 10k keys of 1 KB, 5 clients",
                [Fill("--total=200", "--txn-ops=50", "--val-size=1024", "--prefix=l/", "--key-size=32")],
                "list", "--prefix=l/", "--conns=5", "--clients=5", Total(1_000)),
            new("page of 500 out of 500k keys",
                [Fill(Total(5_000), "--key-space-size=500000", "--key-size=64", "--prefix=/registry/pods/")],
                "list", "--prefix=/registry/", "--limit=500", "--conns=1", "--clients=1", Total(200)),
            new("watch fan-out, 10k watchers, 1 KB events", [], "watch", "--puts=50", "--put-rate=10"),
            new("restart with 500k keys",
                [Fill(Total(5_000), "--key-space-size=500000", "--key-size=64", "--prefix=/registry/pods/")],
                "restart"),
            new("memory with 1M keys",
                [Fill(Total(10_000), "--key-space-size=1000000", "--key-size=64", "--prefix=/registry/pods/")],
                "memory"),
        ];
    }

    private string Title(Scenario scenario) =>
        _members == 1 ? scenario.Name : $"{_members} members: {scenario.Name}";

    private string Total(int requests) =>
        string.Create(CultureInfo.InvariantCulture, $"--total={Math.Max(1, (int)(requests * _scale))}");

    private async Task CompareAsync(Scenario scenario)
    {
        var go = new List<Measurement>();
        var netcd = new List<Measurement>();
        for (var round = 0; round < _options.Number("rounds", 3); round++)
        {
            go.Add(await MeasureAsync(scenario, _options.Required("go"), $"go-{round}"));
            netcd.Add(await MeasureAsync(scenario, _options.Required("netcd"), $"netcd-{round}"));
        }

        var (theirs, ours) = (Median(go), Median(netcd));
        Print(Title(scenario), "etcd", theirs);
        Print(Title(scenario), "netcd", ours);
        Console.Out.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| | **etcd / netcd** | {theirs.PerSecond / ours.PerSecond:f2} | "
                + $"{theirs.P50Milliseconds / ours.P50Milliseconds:f2} | "
                + $"{theirs.P99Milliseconds / ours.P99Milliseconds:f2} | "
                + $"**{theirs.CpuSecondsPer100k / ours.CpuSecondsPer100k:f2}** | "
                + $"{(double)theirs.PeakRssBytes / ours.PeakRssBytes:f2} |"));
    }

    private async Task<Measurement> MeasureAsync(Scenario scenario, string program, string name)
    {
        var data = Path.Combine(_root, name);
        try
        {
            return await MeasureInAsync(scenario, program, data);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private async Task<Measurement> MeasureInAsync(Scenario scenario, string program, string data)
    {
        using var servers = await ServersUnderLoad.StartAsync(program, data, _tls, _members);
        var options = _options.With([$"--endpoint={servers.Endpoints}", .. _tls?.ClientOptions ?? []]);
        foreach (var (workload, more) in scenario.Prepare)
        {
            await LoadAsync(workload, options.With(more));
        }

        switch (scenario.Workload)
        {
            case "memory":
                return new Measurement(0, 0, 0, servers.Usage.CpuSeconds, servers.Usage.RssBytes);
            case "restart":
                servers.Dispose();
                return await RestartAsync(program, data);
        }

        // The first requests pay for code that is compiled on first use; a server that runs for months does not.
        if (scenario.Workload != "watch")
        {
            var warmUp = Math.Max(1, options.With(scenario.Options).Total / 5);
            await LoadAsync(scenario.Workload, options.With(scenario.Options).With($"--total={warmUp}"));
        }

        var before = servers.Usage;
        var result = await LoadAsync(scenario.Workload, options.With(scenario.Options));
        var after = servers.Usage;
        return new Measurement(
            result.PerSecond, result.Percentile(0.5), result.Percentile(0.99),
            (after.CpuSeconds - before.CpuSeconds) / result.Requests * 100_000, after.PeakRssBytes);
    }

    private async Task<Measurement> RestartAsync(string program, string data)
    {
        using var servers = await ServersUnderLoad.StartAsync(program, data, _tls, _members);
        string[] once = [$"--endpoint={servers.Endpoints}", "--conns=1", "--clients=1", "--total=1"];
        await LoadAsync("range", _options.With([.. once, .. _tls?.ClientOptions ?? []]));
        var usage = servers.Usage;
        var milliseconds = servers.StartTime.TotalMilliseconds;
        return new Measurement(1000 / milliseconds, milliseconds, milliseconds, usage.CpuSeconds, usage.PeakRssBytes);
    }
}
