using Netcd.Base.GoSyntax;
using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Kv;

/// <summary>Source: etcdctl/ctlv3/command/compaction_command.go.</summary>
internal static class CompactionCommand
{
    public static Command Create()
    {
        var command = new Command("compaction [options] <revision>", "Compacts the event history in etcd")
        {
            Run = RunAsync,
        };
        command.Flags.Bool(
            "physical", false, "'true' to wait for compaction to physically remove all old revisions");
        return command;
    }

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("compaction command needs 1 argument");
        }

        if (!GoNumber.TryParseInt64(invocation.Arguments[0], 10, out var revision, out var error))
        {
            throw new ExitException(ExitCodes.Error, error);
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            await client.Kv.CompactAsync(revision, new CompactOptions { IsPhysical = invocation.Bool("physical") });
            session.Console.WriteLine($"compacted revision {revision}");
        });
    }
}
