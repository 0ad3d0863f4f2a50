using Netcd.Client;
using Netcd.CommandLine;
using Netcd.CommandLine.Flags;
using Netcd.Ctl.Session;

namespace Netcd.Ctl.Commands.Kv;

/// <summary>Source: etcdctl/ctlv3/command/del_command.go.</summary>
internal static class DelCommand
{
    public static Command Create()
    {
        var command = new Command(
            "del [options] <key> [range_end]", "Removes the specified key or range of keys [key, range_end)")
        {
            Run = RunAsync,
        };
        AddFlags(command.Flags);
        return command;
    }

    public static void AddFlags(FlagSet flags)
    {
        flags.Bool("prefix", false, "delete keys with matching prefix");
        flags.Bool("prev-kv", false, "return deleted key-value pairs");
        flags.Bool(
            "from-key", false, "delete keys that are greater than or equal to the given key using byte compare");
        flags.Bool("range", false, "delete range of keys");
    }

    /// <summary>The key and the options of these arguments and flags.</summary>
    public static (EtcdBytes Key, DeleteOptions Options) Read(Invocation invocation)
    {
        var arguments = invocation.Arguments;
        if (arguments.Count is 0 or > 2)
        {
            throw Arguments.Bad("del command needs one argument as key and an optional argument as range_end");
        }

        var (prefix, fromKey) = (invocation.Bool("prefix"), invocation.Bool("from-key"));
        if (prefix && fromKey)
        {
            throw Arguments.Bad("`--prefix` and `--from-key` cannot be set at the same time, choose one");
        }

        if (arguments.Count > 1)
        {
            if (prefix || fromKey)
            {
                throw Arguments.Bad(
                    "too many arguments, only accept one argument when `--prefix` or `--from-key` is set");
            }

            if (!invocation.Bool("range"))
            {
                invocation.Console.WriteErrorLine(
                    "In etcd v3.6, the operation will be suspended for a few seconds to provide the user time to "
                    + "verify range.");
            }
        }

        var options = new DeleteOptions
        {
            IsPrefix = prefix,
            IsFromKey = fromKey,
            RangeEnd = arguments.Count > 1 ? Arguments.Key(arguments[1]) : default,
            PreviousKv = invocation.Bool("prev-kv"),
        };
        return (Arguments.Key(arguments[0]), options);
    }

    private static async Task RunAsync(Invocation invocation)
    {
        var (key, options) = Read(invocation);
        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            session.Printer.Delete(await client.Kv.DeleteAsync(key, options));
        });
    }
}
