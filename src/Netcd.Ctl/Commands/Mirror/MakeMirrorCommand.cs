using Netcd.Client;
using Netcd.CommandLine;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Mirror;

/// <summary>Source: etcdctl/ctlv3/command/make_mirror_command.go.</summary>
internal static class MakeMirrorCommand
{
    public const string Name = "make-mirror";

    private static readonly TimeSpan ReportPause = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        var command = new Command(
            Name + " [options] <destination>", "Makes a mirror at the destination etcd cluster")
        {
            Run = RunAsync,
        };
        var flags = command.Flags;
        flags.String("prefix", "", "Key-value prefix to mirror");

        // Of etcdctl 3.6; the help page is that of 3.5.
        flags.Int64("rev", 0, "Specify the kv revision to start to mirror").IsHidden = true;
        flags.UInt64(
            "max-txn-ops", 128, "Maximum number of operations permitted in a transaction during syncing updates.")
            .IsHidden = true;
        flags.String(
            "dest-prefix", "",
            "destination prefix to mirror a prefix to a different prefix in the destination cluster");
        flags.Bool("no-dest-prefix", false, "mirror key-values to the root of the destination cluster");
        flags.String(
            "dest-cert", "", "Identify secure client using this TLS certificate file for the destination cluster");
        flags.String("dest-key", "", "Identify secure client using this TLS key file");
        flags.String("dest-cacert", "", "Verify certificates of TLS enabled secure servers using this CA bundle");
        flags.Bool("dest-insecure-transport", true, "Disable transport security for client connections");
        flags.String(
            "dest-user", "",
            "Destination username[:password] for authentication (prompt if password is not supplied)");
        flags.String(
            "dest-password", "",
            "Destination password for authentication "
            + "(if this option is used, --user option shouldn't include password)");
        return command;
    }

    private static async Task RunAsync(Invocation invocation)
    {
        if (invocation.Arguments.Count != 1)
        {
            throw Arguments.Bad(Name + " takes one destination argument");
        }

        await CommandSession.RunAsync(invocation, async session =>
        {
            var source = await session.ConnectAsync();
            var destination = await session.ConnectAsync(Destination(invocation, source.Options));
            var prefix = Arguments.Key(invocation.Text("prefix"));
            var mirror = new KeyMirror(source, destination, prefix, DestinationPrefix(invocation, prefix))
            {
                OperationsMax = (int)Math.Clamp(invocation.Unsigned("max-txn-ops"), 1, int.MaxValue),
            };
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(invocation.Cancellation);
            var reporting = ReportAsync(session.Console, mirror, stop.Token);
            try
            {
                await mirror.RunAsync(invocation.Number("rev"), stop.Token);
            }
            finally
            {
                await stop.CancelAsync();
                await reporting;
            }
        });
    }

    private static EtcdBytes DestinationPrefix(Invocation invocation, EtcdBytes prefix)
    {
        var other = invocation.Text("dest-prefix");
        var isRoot = invocation.Bool("no-dest-prefix");
        if (isRoot && other.Length > 0)
        {
            throw Arguments.Bad(
                "`--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one");
        }

        return isRoot ? EtcdBytes.Empty : other.Length > 0 ? Arguments.Key(other) : prefix;
    }

    private static EtcdClientOptions Destination(Invocation invocation, EtcdClientOptions source)
    {
        var (user, password) = ClientSettings.Credentials(
            invocation.Console, invocation.Text("dest-user"), invocation.Text("dest-password"),
            "Destination Password: ");
        return source with
        {
            Endpoints = [invocation.Arguments[0]],
            Username = user,
            Password = password,
            Tls = ClientSettings.Tls(
                new EtcdTlsOptions
                {
                    CertificateFile = invocation.Text("dest-cert"),
                    KeyFile = invocation.Text("dest-key"),
                    CaFile = invocation.Text("dest-cacert"),
                    ServerName = "",
                },
                invocation.Bool("dest-insecure-transport")),
        };
    }

    private static async Task ReportAsync(ProgramConsole console, KeyMirror mirror, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(ReportPause);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                console.WriteLine($"{mirror.Total}");
                console.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            // The mirror has ended.
        }
    }
}
