using Netcd.CommandLine;

namespace Netcd.Ctl;

/// <summary>etcdctl from its arguments to its exit code; source: etcdctl/main.go.</summary>
internal static class EtcdctlProgram
{
    private const string ApiVariable = "ETCDCTL_API";

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, ProgramConsole console)
    {
        using (console)
        {
            var api = console.Environment.GetValueOrDefault(ApiVariable, "");
            if (api is not ("" or "3"))
            {
                console.WriteErrorLine($"unsupported API version: {api}");
                return ExitCodes.Error;
            }

            var program = new CommandLineProgram(CommandTree.Create(), ProductVersion.Shown, console);
            return await program.RunAsync(arguments);
        }
    }
}
