using System.Runtime.InteropServices;
using Netcd.CommandLine;
using Netcd.Daemon.Discovery;
using Netcd.Daemon.Process;
using Netcd.Proxy;
using Netcd.Proxy.Discovery;
using Netcd.Server;
using Endpoint = Netcd.Proxy.Endpoint;

namespace Netcd.Daemon;

/// <summary><c>etcd gateway</c> and <c>etcd grpc-proxy</c>: run until a signal ends them.</summary>
internal static class ProxyLauncher
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        PosixSignal? received = null;
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var console = ProgramConsole.OfProcess();
        var code = await ProxyProgram.RunAsync(
            arguments,
            new ProgramVersion(ServerVersion.Text, "3.6"),
            console,
            new ProxyParts(
                new Records(),
                () => SystemdNotifier.NotifyReady(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"))),
            stop.Token);
        if (received is not { } signal)
        {
            return code;
        }

        NativeSignal.Reraise(NativeSignal.NumberOf(signal));
        return 128 + NativeSignal.NumberOf(signal);

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            received = context.Signal;
            stop.Cancel();
        }
    }

    private sealed class Records : ISrvRecords
    {
        public async Task<IReadOnlyList<SrvRecord>> LookUpAsync(string name, CancellationToken cancellation)
        {
            try
            {
                var found = await new SrvLookup().LookUpAsync(name, cancellation);
                return
                [
                    .. found.Select(static target => new SrvRecord(
                        new Endpoint(target.Host, target.Port), target.Priority, target.Weight)),
                ];
            }
            catch (DiscoveryException problem)
            {
                throw new SrvException(problem.Message, problem);
            }
        }
    }
}
