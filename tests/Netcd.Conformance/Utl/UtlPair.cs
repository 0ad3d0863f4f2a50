using System.Text.RegularExpressions;
using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Utl;

/// <summary>
/// Runs command lines with both programs, each in a directory of its own with the same files, and compares what they
/// say: output and exit code as they are, error lines without times.
/// </summary>
internal sealed partial class UtlPair : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public UtlPair()
    {
        Directory.CreateDirectory(Go(""));
        Directory.CreateDirectory(Ours(""));
    }

    public string Go(string name) => _directory.File(Path.Combine("go", name));

    public string Ours(string name) => _directory.File(Path.Combine("ours", name));

    /// <summary>Makes a file for both.</summary>
    public void Give(string name, byte[] content)
    {
        File.WriteAllBytes(Go(name), content);
        File.WriteAllBytes(Ours(name), content);
    }

    public Task<ProcessResult> RunGoAsync(string line) => RunAsync(Programs.GoEtcdutl, Go(""), line);

    public Task<ProcessResult> RunOursAsync(string line) => RunAsync(Programs.NetcdUtl, Ours(""), line);

    /// <summary>Runs the line with both and returns what they said alike.</summary>
    public async Task<ProcessResult> CompareAsync(string line)
    {
        var go = Normal(await RunGoAsync(line));
        var ours = Normal(await RunOursAsync(line));
        Assert.Equal($"{line}\n{go.Output}{go.Error}", $"{line}\n{ours.Output}{ours.Error}");
        Assert.Equal(go, ours);
        return ours;
    }

    public void Dispose() => _directory.Dispose();

    private static Task<ProcessResult> RunAsync(string program, string directory, string line)
    {
        string[] arguments = ["-C", directory, program, .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        return Command.RunAsync("env", arguments, timeLimit: TimeSpan.FromMinutes(3));
    }

    private static ProcessResult Normal(ProcessResult result) =>
        result with { Error = Took().Replace(Time().Replace(result.Error, "TIME\t"), "\"took\": \"TIME\"") };

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\t", RegexOptions.Multiline)]
    private static partial Regex Time();

    [GeneratedRegex("\"took\": \"[^\"]*\"")]
    private static partial Regex Took();
}
