using Netcd.CommandLine;
using Netcd.CommandLine.Help;
using Netcd.Server;
using Netcd.Utl.Commands;
using Netcd.Utl.Output;

namespace Netcd.Utl;

/// <summary>etcdutl's tree of commands. Source: etcdutl/ctl.go.</summary>
internal static class UtlProgram
{
    private const string ApiVersion = "3.6";

    internal static Task<int> RunAsync(IReadOnlyList<string> arguments, ProgramConsole console)
    {
        var version = new ProgramVersion(ServerVersion.Text, ApiVersion);
        return new CommandLineProgram(Tree(version), version, console, HelpStyle.Cobra).RunAsync(arguments);
    }

    private static Command Tree(ProgramVersion version)
    {
        var root = new Command("etcdutl", "An administrative command line tool for etcd3.");
        OutputFormats.AddFlag(root);
        root.Add(
            BackupCommand.Create(),
            CheckCommand.Create(),
            DatabaseCommand.Create(),
            DefragCommand.Create(),
            HashKvCommand.Create(),
            MigrateCommand.Create(),
            SnapshotCommand.Create(),
            VersionCommand.Create(version),
            WalCommand.Create());
        return root;
    }
}
