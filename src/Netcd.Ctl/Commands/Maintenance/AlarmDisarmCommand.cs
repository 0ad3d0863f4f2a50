using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Maintenance;

/// <summary>Source: etcdctl/ctlv3/command/alarm_command.go.</summary>
internal static class AlarmDisarmCommand
{
    public static Command Create() => new("disarm", "Disarms all alarms")
    {
        Run = RunAsync,
    };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 0)
        {
            throw Arguments.Bad("alarm disarm command accepts no arguments");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            session.Printer.Alarms(await client.Maintenance.AlarmDisarmAsync());
        });
    }
}
