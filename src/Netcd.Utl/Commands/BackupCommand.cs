using Netcd.CommandLine;
using Netcd.Offline.Backup;
using Netcd.Offline.Terminal;

namespace Netcd.Utl.Commands;

/// <summary>Source: etcd 3.5's etcdutl/etcdutl/backup_command.go.</summary>
internal static class BackupCommand
{
    internal static Command Create()
    {
        var command = new Command("backup", "[legacy] offline backup of etcd directory")
        {
            Description = "Prefer: `etcdctl snapshot save` instead.",
            Run = invocation => OfflineWork.RunAsync(
                invocation,
                tools => new DirectoryBackup(tools, new BackupOptions
                {
                    DataDirectory = invocation.Text("data-dir"),
                    WalDirectory = invocation.Text("wal-dir"),
                    BackupDirectory = invocation.Text("backup-dir"),
                    BackupWalDirectory = invocation.Text("backup-wal-dir"),
                    WithV3 = invocation.Bool("with-v3"),
                }).Run()),
        };
        command.Flags.String("data-dir", "", "Path to the etcd data dir").IsRequired = true;
        command.Flags.String("wal-dir", "", "Path to the etcd wal dir");
        command.Flags.String("backup-dir", "", "Path to the backup dir").IsRequired = true;
        command.Flags.String("backup-wal-dir", "", "Path to the backup wal dir");
        command.Flags.Bool("with-v3", true, "Backup v3 backend data");
        return command;
    }
}
