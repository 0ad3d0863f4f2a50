using Netcd.CommandLine;
using Netcd.CommandLine.Help;
using Netcd.Proxy.Start;
using Netcd.Proxy.Tcp;

namespace Netcd.Proxy;

/// <summary>The sub-commands of <c>etcd</c> that run no member.</summary>
public static class ProxyProgram
{
    /// <summary>Runs until the command ends or is cancelled; the result is the exit code.</summary>
    public static Task<int> RunAsync(
        IReadOnlyList<string> arguments,
        ProgramVersion version,
        ProgramConsole console,
        ProxyParts parts,
        CancellationToken cancellation)
    {
        var root = new Command("etcd", "etcd server");
        root.Add(GatewayCommand.Create(parts), GrpcProxyCommand.Create(parts));
        return new CommandLineProgram(root, version, console, HelpStyle.CobraWithSummary)
            .RunAsync(arguments, cancellation);
    }
}
