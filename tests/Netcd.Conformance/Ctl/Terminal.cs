using Netcd.Conformance.Infrastructure;
using Netcd.TestKit;

namespace Netcd.Conformance.Ctl;

/// <summary>A program on a terminal of its own: what it shows while somebody types.</summary>
internal static class Terminal
{
    /// <param name="steps">Lines "expect TEXT" and "send TEXT", with Python's escapes.</param>
    public static async Task<string> RunAsync(
        IEnumerable<string> command, IReadOnlyDictionary<string, string>? environment, params string[] steps)
    {
        var script = Path.Combine(Fixtures.RepositoryRoot, "tests", "Netcd.Conformance", "Ctl", "terminal.py");
        var result = await Command.RunAsync(
            "python3", [script, .. command], string.Join('\n', steps), environment, TimeSpan.FromMinutes(4));
        return result.Success;
    }
}
