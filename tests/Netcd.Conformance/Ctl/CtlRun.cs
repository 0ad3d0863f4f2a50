using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Ctl;

/// <summary>
/// A script's run with one tool against a new member: what each command left, without what differs from run to run
/// (ports, times, IDs of leases, sizes of files, the server's version).
/// </summary>
internal sealed partial class CtlRun
{
    // The same for every run: cluster and member IDs are made of it. Nobody listens there. The member's ID is
    // ffff224ed586e107: lists have it behind every member that is added, whose IDs are random.
    private const string AdvertisedPeerUrl = "http://127.0.0.1:62767";

    private readonly CtlTool _tool;
    private readonly string _endpoint;
    private readonly string _directory;
    private readonly string[] _clientFlags;
    private readonly Dictionary<string, string> _kept = new(StringComparer.Ordinal);

    private CtlRun(CtlTool tool, string endpoint, string directory, string[] clientFlags)
    {
        _clientFlags = clientFlags;
        _tool = tool;
        _endpoint = endpoint;
        _directory = directory;
    }

    public static Task<List<string>> RunAsync(
        CtlScript script, CtlTool tool, ServerKind kind, bool isTls = false) =>
        RunAsync(script, tool, kind, StartNothingAsync, isTls);

    /// <summary>The same with something between the tool and the member.</summary>
    /// <param name="script">What to run.</param>
    /// <param name="tool">The tool.</param>
    /// <param name="kind">The member.</param>
    /// <param name="start">Starts what is between for the member's URL.</param>
    /// <param name="isTls">Whether both sides show certificates.</param>
    public static async Task<List<string>> RunAsync(
        CtlScript script, CtlTool tool, ServerKind kind, Func<string, Task<EtcdServer?>> start, bool isTls = false)
    {
        using var directory = new TemporaryDirectory();
        var certificates = isTls ? new TestCertificates(directory.File("pki")).WithKubeadmSet() : null;
        var scheme = isTls ? "https" : "http";
        var port = FreePorts.Take();
        await using var server = await EtcdServer.StartWithAsync(
            kind,
            $"{scheme}://127.0.0.1:{port}",
            [.. certificates?.ServerFlags ?? [],
            "--name=m1",
            $"--data-dir={directory.Path}/data",
            $"--listen-client-urls={scheme}://127.0.0.1:{port}",
            $"--advertise-client-urls={scheme}://127.0.0.1:{port}",
            $"--listen-peer-urls=http://127.0.0.1:{FreePorts.Take()}",
            $"--initial-advertise-peer-urls={AdvertisedPeerUrl}",
            $"--initial-cluster=m1={AdvertisedPeerUrl}"]);
        await using var between = await start(server.ClientUrl);
        var run = new CtlRun(
            tool, new Uri((between ?? server).ClientUrl).Authority, directory.Path,
            certificates?.ClientFlags("apiserver-etcd-client") ?? []);
        var results = new List<string>();
        foreach (var step in script.Steps)
        {
            results.Add(await run.StepAsync(step));
        }

        return results;
    }

    private static Task<EtcdServer?> StartNothingAsync(string url) => Task.FromResult<EtcdServer?>(null);

    private async Task<string> StepAsync(CtlStep step)
    {
        string[] arguments = [.. step.Arguments.Select(Fill)];
        var result = await _tool.RunAsync(
            [$"--endpoints={_endpoint}", .. _clientFlags, .. arguments], Fill(step.Input), [.. Patience(step), .. step.Environment]);
        if (step.Keep.Length > 0)
        {
            _kept[step.Keep] = Id().Match(result.Output).Value;
        }

        var text = new StringBuilder();
        text.Append("$ ").Append(step.Line).Append('\n').Append(Plain(result.Output, step));
        text.Append("exit code ").Append(result.ExitCode).Append('\n');
        foreach (var line in result.Error.Split('\n').Where(line => !line.StartsWith("stty:", StringComparison.Ordinal)))
        {
            text.Append("stderr: ").Append(line.StartsWith('{') ? LogLine(line) : Plain(Columns(line), step)).Append('\n');
        }

        return text.ToString();
    }

    // Both tools give up after 5 seconds and, for a login, after 2 by themselves, which a busy machine may need.
    private static IEnumerable<(string Name, string Value)> Patience(CtlStep step) =>
        Etcdctl.PatientEnvironment.Select(one => (Name: one.Key, one.Value))
            .Where(one => !step.Line.Contains("-timeout", StringComparison.Ordinal)
                && !step.Environment.Any(given => given.Name == one.Name));

    private string Fill(string word)
    {
        word = word.Replace("$ENDPOINT", _endpoint, StringComparison.Ordinal)
            .Replace("$DIR", _directory, StringComparison.Ordinal);
        return _kept.Aggregate(word, (text, one) => text.Replace("$" + one.Key, one.Value, StringComparison.Ordinal));
    }

    private string Plain(string output, CtlStep step)
    {
        output = output.Replace(_endpoint, "ENDPOINT", StringComparison.Ordinal)
            .Replace(_directory, "DIR", StringComparison.Ordinal);
        foreach (var (name, id) in _kept)
        {
            output = output.Replace(id, name, StringComparison.Ordinal);
            if (ulong.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
            {
                output = output.Replace(number.ToString(), name, StringComparison.Ordinal);
            }
        }

        if (step.Arguments.Contains("health"))
        {
            output = Took().Replace(output, "TOOK");
        }

        if (step.Arguments.Contains("health") || step.Arguments.Contains("member"))
        {
            // A table is as wide as the time that it shows, and random IDs may be shorter.
            output = Fillers().Replace(output, " ");
        }

        if (step.Arguments.Contains("snapshot"))
        {
            // The file has random IDs and ports in it, and its size is the server's own.
            output = Fillers().Replace(SnapshotFigure().Replace(output, "FIGURE"), " ");
        }

        if (step.Arguments.Contains("status"))
        {
            output = Size().Replace(Version().Replace(output, "VERSION"), "SIZE");
        }

        return TimeLeft().Replace(output, "LEFT");
    }

    // Address and time are left out, and what only one of the tools tells.
    private string LogLine(string line)
    {
        using var document = JsonDocument.Parse(line);
        var members = document.RootElement.EnumerateObject()
            .Where(member => member.Name is not ("ts" or "target" or "peer" or "method" or "stacktrace" or "caller"))
            .Select(member => $"{member.Name}={(member.Name is "took" or "size" ? "FIGURE" : member.Value)}");
        return string.Join(' ', members).Replace(_endpoint, "ENDPOINT", StringComparison.Ordinal)
            .Replace(_directory, "DIR", StringComparison.Ordinal);
    }

    // As zap writes lines for people: without time and place, and without what differs from file to file.
    private static string Columns(string line) => FileFigure().Replace(ColumnsStart().Replace(line, "$1\t"), "FIGURE");

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\t(\w+)\t\S+\t")]
    private static partial Regex ColumnsStart();

    [GeneratedRegex("""(?<="current-db-size[^"]*": |"took": )(?:-?\d+|"[^"]*")""")]
    private static partial Regex FileFigure();

    [GeneratedRegex(
        """^[0-9a-f]{1,8}(?=, )|(?<="hash":|"totalSize":|"Hash" : |"Size" : )\d+|(?<=^[|│] *)[0-9a-f]{1,8}(?= +[|│] +\d)""",
        RegexOptions.Multiline)]
    private static partial Regex SnapshotFigure();

    [GeneratedRegex("(?<=Member +)[0-9a-f]+|[0-9a-f]{16}")]
    private static partial Regex Id();

    [GeneratedRegex(@"\b[0-9.]+(ns|µs|ms|s)\b")]
    private static partial Regex Took();

    [GeneratedRegex(@"(?<=""ttl"":)\d+|(?<=remaining\()\d+|(?<=""TTL"" : )\d+")]
    private static partial Regex TimeLeft();

    [GeneratedRegex(" {2,}|─+")]
    private static partial Regex Fillers();

    [GeneratedRegex(@"3\.[56]\.\d+| 3\.[56]\.\d+ ")]
    private static partial Regex Version();

    [GeneratedRegex(@"\d+ [kM]B|(?<=""dbSize"":)\d+|(?<=""dbSizeInUse"":)\d+|(?<=""DBSize"" : )\d+")]
    private static partial Regex Size();
}
