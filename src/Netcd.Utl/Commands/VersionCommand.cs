using Netcd.CommandLine;

namespace Netcd.Utl.Commands;

internal static class VersionCommand
{
    internal static Command Create(ProgramVersion version) => new("version", "Prints the version of etcdutl")
    {
        Run = invocation =>
        {
            invocation.Console.WriteLine($"etcdutl version: {version.Version}");
            invocation.Console.WriteLine($"API version: {version.ApiVersion}");
            return Task.CompletedTask;
        },
    };
}
