using System.Text;
using Netcd.CommandLine;

namespace Netcd.Utl.Tests.Support;

/// <summary>Runs the whole command tree in process.</summary>
internal static class Tool
{
    internal static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        using var console = new ProgramConsole(
            Stream.Null, output, error, new Dictionary<string, string>(StringComparer.Ordinal));
        var code = await UtlProgram.RunAsync(arguments, console);
        return (code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }
}
