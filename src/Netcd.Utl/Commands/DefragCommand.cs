using Netcd.CommandLine;
using Netcd.Offline.Maintenance;
using Netcd.Offline.Terminal;

namespace Netcd.Utl.Commands;

/// <summary>Source: etcdutl/etcdutl/defrag_command.go.</summary>
internal static class DefragCommand
{
    internal static Command Create()
    {
        var command = new Command("defrag", "Defragments the storage of the etcd")
        {
            Run = invocation =>
            {
                var directory = invocation.Text("data-dir");
                return OfflineWork.RunInterruptiblyAsync(
                    invocation,
                    (tools, cancellation) =>
                    {
                        Defragmenter.Run(tools, directory, cancellation);
                        return Task.CompletedTask;
                    },
                    problem => $"Failed to defragment etcd data[{directory}] ({problem})");
            },
        };
        command.Flags.String("data-dir", "", "Required. Defragments a data directory not in use by etcd.")
            .IsRequired = true;
        return command;
    }
}
