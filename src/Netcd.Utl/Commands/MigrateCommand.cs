using Netcd.CommandLine;
using Netcd.Offline;
using Netcd.Offline.Maintenance;
using Netcd.Offline.Terminal;

namespace Netcd.Utl.Commands;

/// <summary>Source: etcd 3.6's etcdutl/etcdutl/migrate_command.go.</summary>
internal static class MigrateCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "migrate",
            "Migrates schema of etcd data dir files to make them compatible with different etcd version")
        {
            Run = invocation =>
            {
                var target = Target(invocation.Text("target-version"));
                return OfflineWork.RunAsync(
                    invocation,
                    tools => new StorageMigration(
                        tools, invocation.Text("data-dir"), target, invocation.Bool("force")).Run());
            },
        };
        command.Flags.String("data-dir", "", "Path to the etcd data dir").IsRequired = true;
        command.Flags.String(
            "target-version",
            "",
            "Target etcd version to migrate contents of data dir. Minimal value 3.5. Format \"X.Y\" for example 3.6.")
            .IsRequired = true;
        command.Flags.Bool(
            "force", false, "Ignore migration failure and forcefully override storage version. Not recommended.");
        return command;
    }

    private static MigrationTarget Target(string text)
    {
        try
        {
            return MigrationTarget.Parse(text);
        }
        catch (OfflineException refused)
        {
            throw new ExitException(ExitCodes.BadArguments, refused.Message);
        }
    }
}
