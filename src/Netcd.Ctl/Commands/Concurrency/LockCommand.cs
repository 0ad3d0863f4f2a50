using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Concurrency;

/// <summary>
/// Holds a lock until it is told to stop, or while a command runs; source: etcdctl/ctlv3/command/lock_command.go.
/// </summary>
internal static class LockCommand
{
    private const int DefaultTtl = 60;

    public static Command Create()
    {
        var command = new Command("lock <lockname> [exec-command arg1 arg2 ...]", "Acquires a named lock")
        {
            Run = RunAsync,
        };
        command.Flags.Int("ttl", 10, "timeout for session");
        return command;
    }

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count == 0)
        {
            throw Arguments.Bad("lock takes a lock name argument and an optional command to execute");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            using var signals = new SignalScope(invocation.Cancellation, endsAtSecond: true);
            var ttl = invocation.Number("ttl");
            try
            {
                await using var lease = await EtcdSession.OpenAsync(
                    client, ttl > 0 ? ttl : DefaultTtl, cancellationToken: signals.Token);
                await HoldAsync(invocation, session, new EtcdLock(lease, Arguments.Key(invocation.Arguments[0])), lease,
                    signals.Token);
            }
            catch (OperationCanceledException)
            {
                throw new ExitException(ExitCodes.Error, "context canceled");
            }
            catch (EtcdLockException problem)
            {
                throw new ExitException(ExitCodes.Error, problem.Message);
            }
        });
    }

    private static async Task HoldAsync(
        Invocation invocation, CommandSession session, EtcdLock mutex, EtcdSession lease, CancellationToken stop)
    {
        await mutex.LockAsync(stop);
        if (invocation.Arguments.Count > 1)
        {
            await WhileRunningAsync(session.Console, mutex, [.. invocation.Arguments.Skip(1)]);
            return;
        }

        var key = await lease.Client.Kv.GetAsync(mutex.Key, cancellationToken: stop);
        if (key.Kvs.Count == 0)
        {
            throw new ExitException(ExitCodes.Error, "lock lost on init");
        }

        session.Printer.Get(key);
        session.Console.Flush();
        await Waiting.UntilAsync(stop, lease.Lost);
        if (!stop.IsCancellationRequested)
        {
            await lease.OrphanAsync();
            throw new ExitException(ExitCodes.Error, "session expired");
        }

        await mutex.UnlockAsync(CancellationToken.None);
    }

    private static async Task WhileRunningAsync(ProgramConsole console, EtcdLock mutex, string[] command)
    {
        try
        {
            // Both are set: the lock is held.
            var code = await ChildCommand.RunAsync(
                console, command,
                [("ETCD_LOCK_KEY", mutex.Key.ToString()), ("ETCD_LOCK_REV", $"{mutex.Header!.Revision}")],
                oursWin: true);
            if (code != 0)
            {
                throw new ExitException(code, $"exit status {code}");
            }
        }
        finally
        {
            await mutex.UnlockAsync(CancellationToken.None);
        }
    }
}
