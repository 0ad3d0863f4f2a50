using Netcd.Base.GoSyntax;
using Netcd.Client;
using Netcd.CommandLine;
using Netcd.CommandLine.Flags;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Kv;

/// <summary>Source: etcdctl/ctlv3/command/put_command.go.</summary>
internal static class PutCommand
{
    private const string NeedsValue = "put command needs 1 argument and input from stdin or 2 arguments";

    private const string Description = """
        Puts the given key into the store.

        When <value> begins with '-', <value> is interpreted as a flag.
        Insert '--' for workaround:

        $ put <key> -- <value>
        $ put -- <key> <value>

        If <value> isn't given as a command line argument and '--ignore-value' is not specified,
        this command tries to read the value from standard input.

        If <lease> isn't given as a command line argument and '--ignore-lease' is not specified,
        this command tries to read the value from standard input.

        For example,
        $ cat file | put <key>
        will store the content of the file to <key>.
        """;

    public static Command Create()
    {
        var command = new Command(
            "put [options] <key> <value> (<value> can also be given from stdin)", "Puts the given key into the store")
        {
            Description = Description,
            Run = RunAsync,
        };
        AddFlags(command.Flags);
        return command;
    }

    public static void AddFlags(FlagSet flags)
    {
        flags.String("lease", "0", "lease ID (in hexadecimal) to attach to the key");
        flags.Bool("prev-kv", false, "return the previous key-value pair before modification");
        flags.Bool("ignore-value", false, "updates the key using its current value");
        flags.Bool("ignore-lease", false, "updates the key using its current lease");
    }

    /// <summary>Key, value and options of these arguments and flags; the value may come from the input.</summary>
    /// <param name="invocation">Them.</param>
    /// <param name="mayReadInput">False: the input holds something else.</param>
    public static (EtcdBytes Key, EtcdBytes Value, PutOptions Options) Read(
        Invocation invocation, bool mayReadInput = true)
    {
        var arguments = invocation.Arguments;
        if (arguments.Count == 0)
        {
            throw Arguments.Bad(NeedsValue);
        }

        var ignoreValue = invocation.Bool("ignore-value");
        if (ignoreValue && arguments.Count > 1)
        {
            throw Arguments.Bad("put command needs only 1 argument when 'ignore-value' is set");
        }

        EtcdBytes value = default;
        if (!ignoreValue)
        {
            value = arguments.Count > 1 ? Arguments.Key(arguments[1])
                : mayReadInput ? Arguments.Input(invocation.Console) : EtcdBytes.Empty;
            if (value.IsEmpty && arguments.Count == 1)
            {
                throw Arguments.Bad(NeedsValue);
            }
        }

        if (!GoNumber.TryParseInt64(invocation.Text("lease"), 16, out var lease, out var error))
        {
            throw Arguments.Bad($"bad lease ID ({error}), expecting ID in Hex");
        }

        var options = new PutOptions
        {
            Lease = lease,
            PreviousKv = invocation.Bool("prev-kv"),
            IgnoreValue = ignoreValue,
            IgnoreLease = invocation.Bool("ignore-lease"),
        };
        return (Arguments.Key(arguments[0]), value, options);
    }

    private static async Task RunAsync(Invocation invocation)
    {
        var (key, value, options) = Read(invocation);
        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            session.Printer.Put(await client.Kv.PutAsync(key, value, options));
        });
    }
}
