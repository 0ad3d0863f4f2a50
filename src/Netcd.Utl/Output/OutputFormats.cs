using Netcd.CommandLine;

namespace Netcd.Utl.Output;

/// <summary>The flag <c>--write-out</c>. Source: etcdutl/etcdutl/printer.go.</summary>
internal static class OutputFormats
{
    private const string FlagName = "write-out";

    internal static void AddFlag(Command root) =>
        root.PersistentFlags.String(
            FlagName, "simple", "set the output format (fields, json, protobuf, simple, table)", 'w');

    /// <summary>The format asked for; ends the program if there is none of that name.</summary>
    internal static OutputFormat Of(Invocation invocation) => invocation.Text(FlagName) switch
    {
        "simple" => OutputFormat.Simple,
        "fields" => OutputFormat.Fields,
        "json" => OutputFormat.Json,
        "protobuf" => OutputFormat.Protobuf,
        "table" => OutputFormat.Table,
        _ => throw new ExitException(ExitCodes.BadFeature, "unsupported output format"),
    };

    /// <summary>Whether JSON is asked for, by a command that else knows text only.</summary>
    internal static bool IsJson(Invocation invocation) => Of(invocation) switch
    {
        OutputFormat.Json => true,
        OutputFormat.Simple => false,
        var other => throw Unsupported(other),
    };

    internal static ExitException Unsupported(OutputFormat format) =>
        new(ExitCodes.BadFeature, $"{format.ToString().ToLowerInvariant()} not supported as output format");
}
