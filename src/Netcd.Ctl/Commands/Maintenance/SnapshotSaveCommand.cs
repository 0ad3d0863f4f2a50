using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Session;
using Netcd.Disk;

namespace Netcd.Ctl.Commands.Maintenance;

/// <summary>Source: etcdctl/ctlv3/command/snapshot_command.go.</summary>
internal static class SnapshotSaveCommand
{
    public static Command Create() =>
        new("save <filename>", "Stores an etcd node backend snapshot to a given file")
        {
            Run = RunAsync,
        };

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad("snapshot save expects one argument");
        }

        var path = invocation.Arguments[0];
        await CommandSession.RunAsync(
            invocation,
            async session =>
            {
                if (session.Endpoints.Count != 1)
                {
                    var all = string.Join(' ', session.Endpoints);
                    throw new ExitException(
                        ExitCodes.Interrupted,
                        $"snapshot must be requested to one selected node, not multiple [{all}]");
                }

                var client = await session.ConnectAsync(
                    session.Endpoints[0], "client", ExitCodes.Interrupted);

                await SaveAsync(invocation, session, client, path);
                session.Console.WriteLine($"Snapshot saved at {path}");
            },
            ExitCodes.Interrupted);
    }

    private static async Task SaveAsync(
        Invocation invocation, CommandSession session, EtcdClient client, string path)
    {
        using var signals = new SignalScope(invocation.Cancellation);

        // It takes as long as it takes, unless somebody says how long it may.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(signals.Token);
        if (invocation.Changed(GlobalFlags.CommandTimeout))
        {
            Limit(limit, session.CommandTimeout);
        }

        try
        {
            await new SnapshotDownload(session.Console, RealDisk.Instance, session.Endpoints[0], path)
                .RunAsync(client, limit.Token);
        }
        catch (OperationCanceledException) when (signals.IsSignalled)
        {
            throw signals.Interrupted("interrupted; nothing was saved");
        }
        catch (OperationCanceledException)
        {
            throw new ExitException(ExitCodes.Interrupted, "context deadline exceeded");
        }
    }

    // What is longer than timers take, 24 days, is no limit.
    private static void Limit(CancellationTokenSource limit, TimeSpan time)
    {
        if (time <= TimeSpan.Zero)
        {
            limit.Cancel();
        }
        else if (time.TotalMilliseconds <= int.MaxValue)
        {
            limit.CancelAfter(time);
        }
    }
}
