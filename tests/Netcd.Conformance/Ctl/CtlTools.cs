using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Ctl;

/// <summary>Runs etcdctl.</summary>
internal static class CtlTools
{
    public static string Path(this CtlTool tool) => tool == CtlTool.Netcd ? Programs.NetcdCtl : Programs.GoEtcdctl;

    /// <summary>Runs the tool with nothing in its environment but what is given.</summary>
    public static Task<ProcessResult> RunAsync(
        this CtlTool tool,
        IEnumerable<string> arguments,
        string input = "",
        params (string Name, string Value)[] environment) =>
        Command.RunAsync(
            tool.Path(), arguments, input, environment.ToDictionary(one => one.Name, one => one.Value),
            TimeSpan.FromMinutes(3));
}
