using System.Diagnostics;

namespace Netcd.Grpc.Server.Tests.Programs;

/// <summary>Runs other people's programs against a server of the test.</summary>
internal static class Tool
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(3);

    /// <summary>Standard output and error together, and the exit code.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment["ETCDCTL_API"] = "3";
        if (!arguments.Any(argument => argument.Contains("-timeout", StringComparison.Ordinal)))
        {
            // Its own are 2 and 5 seconds, which a busy machine may take for a handshake.
            start.Environment["ETCDCTL_DIAL_TIMEOUT"] = "60s";
            start.Environment["ETCDCTL_COMMAND_TIMEOUT"] = "90s";
        }

        using var process = Start(start);
        using var limit = new CancellationTokenSource(TimeLimit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Real etcdctl, from where <c>tools/get-peers</c> or NETCD_PEERS has it.</summary>
    public static string Etcdctl()
    {
        var peers = Environment.GetEnvironmentVariable("NETCD_PEERS")
            ?? Path.Combine(Netcd.TestKit.Fixtures.RepositoryRoot, ".peers");
        var newest = Directory.Exists(peers)
            ? Directory.GetDirectories(peers, "3.5.*").MaxBy(path => Version.Parse(Path.GetFileName(path)))
            : null;
        var program = Path.Combine(newest ?? peers, "etcdctl");
        return File.Exists(program)
            ? program
            : throw new InvalidOperationException($"{program} is missing: run tools/get-peers");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            var package = start.FileName is "h2load" or "nghttp" ? "nghttp2-client" : start.FileName;
            throw new InvalidOperationException($"{start.FileName} is missing: apt-get install {package}", error);
        }
    }
}
