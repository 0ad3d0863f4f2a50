using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Concurrency;

/// <summary>
/// Stands for election and leads until it is told to stop, or watches who leads; source:
/// etcdctl/ctlv3/command/elect_command.go.
/// </summary>
internal static class ElectCommand
{
    public static Command Create()
    {
        var command = new Command(
            "elect <election-name> [proposal]", "Observes and participates in leader election")
        {
            Run = RunAsync,
        };
        command.Flags.Bool("listen", false, "observation mode", 'l');
        return command;
    }

    private static async Task RunAsync(Invocation invocation)
    {
        var arguments = invocation.Arguments;
        if (arguments.Count is not (1 or 2))
        {
            throw Arguments.Bad("elect takes one election name argument and an optional proposal argument");
        }

        var isListening = invocation.Bool("listen");
        if (arguments.Count == 1 && !isListening)
        {
            throw Arguments.Bad("no proposal argument but -l not set");
        }

        if (arguments.Count == 2 && isListening)
        {
            throw Arguments.Bad("proposal given but -l is set");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectAsync();
            using var signals = new SignalScope(invocation.Cancellation, endsAtSecond: true);
            var name = Arguments.Key(arguments[0]);
            if (isListening)
            {
                await ObserveAsync(session, client, name, signals.Token);
            }
            else
            {
                await CampaignAsync(session, client, name, Arguments.Key(arguments[1]), signals.Token);
            }
        });
    }

    private static async Task ObserveAsync(
        CommandSession session, EtcdClient client, EtcdBytes name, CancellationToken stop)
    {
        try
        {
            await foreach (var leader in EtcdElection.ObserveAsync(client, name, stop))
            {
                session.Printer.Get(leader);
                session.Console.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (EtcdException)
        {
            throw new ExitException(ExitCodes.Error, "elect: observer lost");
        }
    }

    private static async Task CampaignAsync(
        CommandSession session, EtcdClient client, EtcdBytes name, EtcdBytes proposal, CancellationToken stop)
    {
        try
        {
            await using var lease = await EtcdSession.OpenAsync(client, cancellationToken: stop);
            var election = new EtcdElection(lease, name);
            await election.CampaignAsync(proposal, stop);
            session.Printer.Get(await client.Kv.GetAsync(election.Key, cancellationToken: stop));
            session.Console.Flush();
            await Waiting.UntilAsync(stop, lease.Lost);
            if (!stop.IsCancellationRequested)
            {
                await lease.OrphanAsync();
                throw new ExitException(ExitCodes.Error, "elect: session expired");
            }

            await election.ResignAsync(CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            throw new ExitException(ExitCodes.Error, "context canceled");
        }
        catch (EtcdElectionException problem)
        {
            throw new ExitException(ExitCodes.Error, problem.Message);
        }
    }
}
