using Netcd.Base.GoSyntax;
using Netcd.Client;
using Netcd.CommandLine;
using Netcd.CommandLine.Flags;
using Netcd.Ctl.Session;
using Netcd.Proto.EtcdServer;

namespace Netcd.Ctl.Commands.Kv;

/// <summary>Source: etcdctl/ctlv3/command/get_command.go.</summary>
internal static class GetCommand
{
    public static Command Create()
    {
        var command = new Command("get [options] <key> [range_end]", "Gets the key or a range of keys")
        {
            Run = RunAsync,
        };
        AddFlags(command.Flags);
        return command;
    }

    public static void AddFlags(FlagSet flags)
    {
        flags.String("consistency", "l", "Linearizable(l) or Serializable(s)");
        flags.String("order", "", "Order of results; ASCEND or DESCEND (ASCEND by default)");
        flags.String("sort-by", "", "Sort target; CREATE, KEY, MODIFY, VALUE, or VERSION");
        flags.Int64("limit", 0, "Maximum number of results");
        flags.Bool("prefix", false, "Get keys with matching prefix");
        flags.Bool(
            "from-key", false, "Get keys that are greater than or equal to the given key using byte compare");
        flags.Int64("rev", 0, "Specify the kv revision");
        flags.Bool("keys-only", false, "Get only the keys");
        flags.Bool("count-only", false, "Get only the count");
        flags.Bool("print-value-only", false, "Only write values when using the \"simple\" output format");

        // Of etcdctl 3.6; the help page is that of 3.5.
        flags.Int64("min-create-rev", 0, "Minimum create revision").IsHidden = true;
        flags.Int64("max-create-rev", 0, "Maximum create revision").IsHidden = true;
        flags.Int64("min-mod-rev", 0, "Minimum modification revision").IsHidden = true;
        flags.Int64("max-mod-rev", 0, "Maximum modification revision").IsHidden = true;
    }

    /// <summary>The key and the options of these arguments and flags.</summary>
    public static (EtcdBytes Key, GetOptions Options) Read(Invocation invocation)
    {
        var arguments = invocation.Arguments;
        if (arguments.Count == 0)
        {
            throw Arguments.Bad("get command needs one argument as key and an optional argument as range_end");
        }

        var (prefix, fromKey) = (invocation.Bool("prefix"), invocation.Bool("from-key"));
        if (prefix && fromKey)
        {
            throw Arguments.Bad("`--prefix` and `--from-key` cannot be set at the same time, choose one");
        }

        if (invocation.Bool("keys-only") && invocation.Bool("count-only"))
        {
            throw Arguments.Bad("`--keys-only` and `--count-only` cannot be set at the same time, choose one");
        }

        var consistency = invocation.Text("consistency");
        if (consistency is not ("s" or "l"))
        {
            throw new ExitException(
                ExitCodes.BadFeature, $"unknown consistency flag {GoText.Quote(consistency)}");
        }

        if (arguments.Count > 1 && (prefix || fromKey))
        {
            throw Arguments.Bad(
                "too many arguments, only accept one argument when `--prefix` or `--from-key` is set");
        }

        var options = new GetOptions
        {
            IsSerializable = consistency == "s",
            RangeEnd = arguments.Count > 1 ? Arguments.Key(arguments[1]) : default,
            Limit = invocation.Number("limit"),
            Revision = Math.Max(0, invocation.Number("rev")),
            SortOrder = Order(invocation.Text("order")),
            SortTarget = Target(invocation.Text("sort-by")),
            IsPrefix = prefix,
            IsFromKey = fromKey,
            KeysOnly = invocation.Bool("keys-only"),
            CountOnly = invocation.Bool("count-only"),
            MinCreateRevision = invocation.Number("min-create-rev"),
            MaxCreateRevision = invocation.Number("max-create-rev"),
            MinModRevision = invocation.Number("min-mod-rev"),
            MaxModRevision = invocation.Number("max-mod-rev"),
        };
        return (Arguments.Key(arguments[0]), options);
    }

    private static async Task RunAsync(Invocation invocation)
    {
        var (key, options) = Read(invocation);
        await CommandSession.RunAsync(invocation, async session =>
        {
            var client = await session.ConnectTimedAsync();
            var answer = await client.Kv.GetAsync(key, options);
            if (options.CountOnly && session.Printer.Name != "fields")
            {
                throw Arguments.Bad("--count-only is only for `--write-out=fields`");
            }

            var valueOnly = invocation.Bool("print-value-only");
            if (valueOnly && !session.Printer.IsSimple)
            {
                throw Arguments.Bad("print-value-only is only for `--write-out=simple`");
            }

            session.Printer.Get(answer, valueOnly);
        });
    }

    private static RangeRequest.Types.SortOrder Order(string text) => text.ToUpperInvariant() switch
    {
        "ASCEND" => RangeRequest.Types.SortOrder.Ascend,
        "DESCEND" => RangeRequest.Types.SortOrder.Descend,
        "" => RangeRequest.Types.SortOrder.None,
        _ => throw new ExitException(ExitCodes.BadFeature, $"bad sort order {text}"),
    };

    private static RangeRequest.Types.SortTarget Target(string text) => text.ToUpperInvariant() switch
    {
        "CREATE" => RangeRequest.Types.SortTarget.Create,
        "KEY" or "" => RangeRequest.Types.SortTarget.Key,
        "MODIFY" => RangeRequest.Types.SortTarget.Mod,
        "VALUE" => RangeRequest.Types.SortTarget.Value,
        "VERSION" => RangeRequest.Types.SortTarget.Version,
        _ => throw new ExitException(ExitCodes.BadFeature, $"bad sort target {text}"),
    };
}
