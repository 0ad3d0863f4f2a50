using System.Security.Cryptography;
using Netcd.Client;
using Netcd.CommandLine;
using Netcd.CommandLine.Output;
using Netcd.Ctl.Printing;

namespace Netcd.Ctl.Session;

/// <summary>
/// What a command has once its flags are read: a printer and the way to the cluster. Clients are made on demand and end
/// with the session.
/// </summary>
internal sealed class CommandSession : IAsyncDisposable
{
    private readonly Invocation _invocation;
    private readonly EtcdClientOptions _options;
    private readonly List<EtcdClient> _clients = [];

    private CommandSession(Invocation invocation, EtcdClientOptions options, Printer printer)
    {
        _invocation = invocation;
        _options = options;
        Printer = printer;
    }

    public Printer Printer { get; }

    public ProgramConsole Console => _invocation.Console;

    /// <summary>Where the command goes: by flag, environment or DNS.</summary>
    public IReadOnlyList<string> Endpoints => _options.Endpoints;

    public TimeSpan CommandTimeout => _invocation.Duration(GlobalFlags.CommandTimeout);

    /// <summary>Runs the body of a command; an error of the cluster ends it with its text.</summary>
    /// <param name="errorCode">The exit code of such an error.</param>
    public static async Task RunAsync(
        Invocation invocation, Func<CommandSession, Task> body, int errorCode = ExitCodes.Error)
    {
        await using var session = await OpenAsync(invocation);
        try
        {
            await body(session);
        }
        catch (EtcdException problem)
        {
            throw new ExitException(errorCode, problem.Message);
        }
    }

    /// <param name="exempt">Variables of the environment that the command reads itself.</param>
    public static async Task<CommandSession> OpenAsync(Invocation invocation, params string[] exempt)
    {
        EnvironmentFlags.Apply(invocation, exempt);
        if (invocation.Bool(GlobalFlags.Debug))
        {
            foreach (var flag in invocation.Command.InheritedFlags().Shown)
            {
                invocation.Console.WriteErrorLine($"{EnvironmentFlags.Variable(flag.Name)}={flag.Text}");
            }
        }

        var endpoints = await DiscoveredEndpoints.ReadAsync(invocation);
        var options = ClientSettings.Read(invocation, endpoints) with
        {
            AttemptFailed = attempt => Log(invocation.Console, "etcd-client", attempt),
        };
        SystemCertificates.LeaveOutIfUnused(invocation, options);
        var printer = Printer.Create(
            invocation.Text(GlobalFlags.WriteOut), invocation.Bool(GlobalFlags.Hex), invocation.Console);
        return new CommandSession(invocation, options, printer);
    }

    /// <summary>A client of all endpoints whose calls have no time limit.</summary>
    public Task<EtcdClient> ConnectAsync() => ConnectAsync(_options);

    /// <summary>The same, under another name in the log: upstream names some of its clients differently.</summary>
    /// <param name="endpoint">The only one.</param>
    /// <param name="logger">The name.</param>
    /// <param name="loginErrorCode">The exit code when the user cannot log in.</param>
    public Task<EtcdClient> ConnectAsync(
        string endpoint, string logger, int loginErrorCode = ExitCodes.BadConnection) => ConnectAsync(
        _options with
        {
            Endpoints = [endpoint],
            AttemptFailed = attempt => Log(Console, logger, attempt),
        },
        loginErrorCode);

    /// <summary>A client of all endpoints whose calls have the limit of --command-timeout.</summary>
    public async Task<EtcdClient> ConnectTimedAsync() => (await ConnectAsync()).WithTimeout(CommandTimeout);

    /// <summary>A client of one endpoint.</summary>
    public Task<EtcdClient> ConnectToAsync(string endpoint) => ConnectAsync(_options with { Endpoints = [endpoint] });

    /// <summary>A client of another cluster.</summary>
    public async Task<EtcdClient> ConnectAsync(
        EtcdClientOptions options, int loginErrorCode = ExitCodes.BadConnection)
    {
        if (options.Endpoints.Count == 0)
        {
            throw new ExitException(ExitCodes.BadConnection, "etcdclient: no available endpoints");
        }

        CertificateFiles.Check(options.Tls);
        EtcdClient client;
        try
        {
            client = new EtcdClient(options);
        }
        catch (UriFormatException problem)
        {
            throw new ExitException(ExitCodes.Error, problem.Message);
        }
        catch (Exception problem) when (problem is ArgumentException or CryptographicException)
        {
            throw new ExitException(ExitCodes.BadArguments, problem.Message);
        }

        _clients.Add(client);
        if (options is { Username.Length: > 0, Password.Length: > 0 })
        {
            await LogInAsync(client, loginErrorCode);
        }

        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }
    }

    // Wrong credentials are an error of the connection, before the command's own call.
    private static async Task LogInAsync(EtcdClient client, int errorCode)
    {
        try
        {
            await client.LogInAsync();
        }
        catch (EtcdException problem)
        {
            throw new ExitException(errorCode, problem.Message);
        }
    }

    private static void Log(ProgramConsole console, string logger, FailedAttempt attempt) =>
        console.WriteErrorLine(LogLine.Json(
            DateTime.UtcNow,
            "warn",
            logger,
            "v3/retry_interceptor.go:66",
            "retrying of unary invoker failed",
            fields => fields
                .Name("target").String($"etcd-endpoints://netcd/{attempt.Endpoint}")
                .Name("method").String(attempt.Path)
                .Name("attempt").Number(attempt.Attempt)
                .Name("error").String(attempt.Error)));
}
