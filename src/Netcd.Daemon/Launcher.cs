using System.Runtime.InteropServices;
using Netcd.Base;
using Netcd.Base.GoSyntax;
using Netcd.Daemon.Discovery;
using Netcd.Daemon.Flags;
using Netcd.Daemon.Logging;
using Netcd.Daemon.Process;
using Netcd.Daemon.Serving;

namespace Netcd.Daemon;

/// <summary>
/// From the command line to the running member and back: the order of checks, the streams and the exit codes are etcd's
/// (server/etcdmain/etcd.go).
/// </summary>
internal static class Launcher
{
    private const int ExitUsage = 2;
    private const int ExitFailure = 1;

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is ["gateway" or "grpc-proxy", ..])
        {
            return await ProxyLauncher.RunAsync(arguments);
        }

        var values = new FlagValues();
        IReadOnlyList<string> leftover;
        try
        {
            leftover = ServerArguments.Parse(arguments, values);
        }
        catch (CommandLineException problem) when (problem.IsHelp)
        {
            Console.Error.WriteLine(Usage.Line);
            Console.Out.Write(Usage.Flags());
            return 0;
        }
        catch (CommandLineException problem)
        {
            Console.Error.WriteLine(problem.Message);
            Console.Error.WriteLine(Usage.Line);
            Console.Error.Write(Usage.Flags());
            return ExitUsage;
        }

        if (leftover.Count == 0 && values.Bool("version"))
        {
            Console.Out.Write(ProductVersion.Text);
            return 0;
        }

        return await ConfigureAndServeAsync(arguments, leftover, values);
    }

    private static async Task<int> ConfigureAndServeAsync(
        string[] arguments, IReadOnlyList<string> leftover, FlagValues values)
    {
        var notes = new List<StartNote>();
        string? problem;
        try
        {
            problem = leftover.Count > 0
                ? $"{GoText.Quote(leftover[0])} is not a valid flag"
                : Configure(ref values, notes);
        }
        catch (ConfigUrlException refused)
        {
            Console.Error.WriteLine(refused.Message);
            return ExitFailure;
        }

        if (!TryOpenLog(values, ref problem, out var provider))
        {
            return ExitUsage;
        }

        using (provider)
        {
            var logger = provider.CreateLogger("Netcd.Daemon.Main");
            var conflicts = notes.Any(note => note.Level == LogLevel.Critical);
            foreach (var note in notes)
            {
                provider.Write(note.Level, "daemon/main", note.Message, note.Fields, null);
            }

            if (conflicts)
            {
                return ExitFailure;
            }

            provider.Write(
                LogLevel.Information, "daemon/main", "Running: ",
                [new("args", SecretArguments.Hide(arguments).Prepend(Environment.ProcessPath ?? "etcd"))], null);
            if (problem is not null)
            {
                Log.FailedToVerifyFlags(logger, problem);
                return ExitFailure;
            }

            return await ServeAsync(new DaemonOptions(values), provider, logger);
        }
    }

    /// <summary>Takes file or environment into account, and checks all; null, or what is wrong.</summary>
    private static string? Configure(ref FlagValues values, List<StartNote> notes)
    {
        var configFile = values.Text("config-file") is { Length: > 0 } given
            ? given
            : Environment.GetEnvironmentVariable("ETCD_CONFIG_FILE") ?? "";
        try
        {
            if (configFile.Length > 0)
            {
                values = ConfigFile.Read(configFile);
                notes.Add(new StartNote(
                    LogLevel.Information,
                    "loaded server configuration, other configuration command line flags and environment variables "
                    + "will be ignored if provided",
                    [new("path", configFile)]));
            }
            else
            {
                EnvironmentFlags.Apply(Environment.GetEnvironmentVariables(), values, notes);
            }

            ConfigValidator.Check(values, configFile.Length > 0);
        }
        catch (FlagValueException refused) when (refused is not ConfigUrlException)
        {
            return refused.Message;
        }
        catch (EnvironmentConflictException conflict)
        {
            notes.Add(new StartNote(
                LogLevel.Critical,
                "conflicting environment variable is shadowed by corresponding command-line flag (either unset "
                + "environment variable or disable flag))",
                [new("environment-variable", conflict.Variable)]));
        }

        return null;
    }

    // Outputs that cannot be opened are a problem like any other, which standard error is told then.
    private static bool TryOpenLog(FlagValues values, ref string? problem, out ZapLoggerProvider provider)
    {
        var word = values.Text("log-level");
        var known = LogLevels.TryParse(word, out var level);
        if (!known)
        {
            Console.Error.WriteLine($"panic: unrecognized level: {GoText.Quote(word)}");
        }

        LogOutput output;
        try
        {
            output = LogOutput.Open(values.RawWords("log-outputs"), Rotation(values));
        }
        catch (FlagValueException closed)
        {
            problem ??= closed.Message;
            output = LogOutput.Open(["default"], rotation: null);
        }

        provider = new ZapLoggerProvider(
            output,
            values.Text("log-format") == "console",
            TimeProvider.System)
        {
            Level = known ? level : LogLevel.Information,
        };
        return known;
    }

    // A configuration that cannot be read was refused before; the refusal itself is logged without rotation.
    private static LogRotation? Rotation(FlagValues values)
    {
        try
        {
            return values.Bool("enable-log-rotation")
                ? LogRotation.Parse(values.Text("log-rotation-config-json"))
                : null;
        }
        catch (FlagValueException)
        {
            return null;
        }
    }

    private static async Task<int> ServeAsync(DaemonOptions options, ZapLoggerProvider provider, ILogger logger)
    {
        Report(options, logger);
        if (DataDirectoryCheck.Run(options.DataDirectory, logger) is { } unusable)
        {
            Log.FailedToListDataDirectory(logger, options.DataDirectory, unusable);
            return ExitFailure;
        }

        using var loggers = new LoggerFactory([provider], new LoggerFilterOptions { MinLevel = LogLevel.Trace });
        var stopped = new TaskCompletionSource<PosixSignal?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var starting = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);

        MemberHost host;
        try
        {
            host = await MemberHost.StartAsync(
                options, loggers, provider, failure => Stop(provider, failure), OnRemoved, starting.Token);
        }
        catch (OperationCanceledException) when (stopped.Task.IsCompleted)
        {
            // The member was still looking for others, or waiting for a leader.
            return await stopped.Task is { } early ? EndBySignal(early, logger) : 0;
        }
        catch (StartException refused) when (refused.InnerException is DiscoveryException
            && options.Values.Text("discovery-srv").Length == 0)
        {
            ReportDiscovery(options, refused, logger);
            return ExitFailure;
        }
        catch (StartException refused) when (refused.IsOfListener)
        {
            Log.ListenerFailed(logger, refused.Message);
            return ExitFailure;
        }
        catch (StartException refused)
        {
            Log.DiscoveryFailed(logger, refused.Message);
            return ExitFailure;
        }

        Log.NotifyingInitDaemon(logger);
        if (SystemdNotifier.NotifyReady(Environment.GetEnvironmentVariable("NOTIFY_SOCKET")) is { } failed)
        {
            Log.FailedToNotifyInitDaemon(logger, failed);
        }
        else
        {
            Log.NotifiedInitDaemon(logger);
        }

        return await EndAsync(host, await stopped.Task, options, logger);

        // The member says so itself; it ends as it would after a signal, and well.
        void OnRemoved()
        {
            stopped.TrySetResult(null);
            starting.Cancel();
        }

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            stopped.TrySetResult(context.Signal);
            starting.Cancel();
        }
    }

    // Without a signal the member was removed from its cluster: that is an end like any other.
    private static async Task<int> EndAsync(
        MemberHost host, PosixSignal? signal, DaemonOptions options, ILogger logger)
    {
        if (signal is { } received)
        {
            Log.ReceivedSignal(logger, received == PosixSignal.SIGINT ? "interrupt" : "terminated");
        }

        Log.ClosingServer(logger, options.Name, options.DataDirectory);
        await host.DisposeAsync();
        Log.ClosedServer(logger, options.Name, options.DataDirectory);
        if (signal is not { } ended)
        {
            return 0;
        }

        NativeSignal.Reraise(NativeSignal.NumberOf(ended));
        return 128 + NativeSignal.NumberOf(ended);
    }

    private static void ReportDiscovery(DaemonOptions options, StartException refused, ILogger logger)
    {
        var token = options.Values.Text("discovery");
        switch (refused.InnerException?.Message)
        {
            case "discovery: found duplicate id":
                Log.RegisteredBefore(logger, options.Name, token, "discovery: found duplicate id");
                Log.NoConfigurationInData(logger, options.DataDirectory);
                Log.CheckDataDirectory(logger);
                Log.UseNewTokenAfterFailure(logger);
                break;
            case "discovery: found duplicate name":
                Log.NameRegisteredBefore(logger, token, "discovery: found duplicate name");
                Log.LookAtDiscoveryUrl(logger);
                Log.TokenNotReusable(logger);
                break;
            default:
                Log.FailedToBootstrap(logger, token, refused.Message);
                Log.TokenNotReusable(logger);
                break;
        }
    }

    private static int EndBySignal(PosixSignal signal, ILogger logger)
    {
        Log.ReceivedSignal(logger, signal == PosixSignal.SIGINT ? "interrupt" : "terminated");
        NativeSignal.Reraise(NativeSignal.NumberOf(signal));
        return 128 + NativeSignal.NumberOf(signal);
    }

    // The state behind an acknowledgement may be lost: nothing more must be said, so nothing is closed or flushed.
    private static void Stop(ZapLoggerProvider provider, Exception failure)
    {
        provider.Write(LogLevel.Critical, "daemon/main", "the member cannot go on", [], failure);
        Environment.Exit(ExitFailure);
    }

    private static void Report(DaemonOptions options, ILogger logger)
    {
        if (options.Values.Text("data-dir").Length == 0)
        {
            Log.DataDirectoryWasEmpty(logger, options.DataDirectory);
        }

        foreach (var name in options.Values.Given)
        {
            if (FlagTable.Find(name) is { ReplacedBy.Length: > 0 } flag)
            {
                Log.FlagDeprecated(logger, name, flag.ReplacedBy);
            }
        }
    }
}
