namespace Netcd.Raft.Tests.Scenarios;

/// <summary>Names of upstream's interaction tests for our commands (rafttest/interaction_env_handler.go).</summary>
internal static class UpstreamCommands
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["add-nodes"] = "start",
        ["deliver-msgs"] = "deliver",
        ["process-ready"] = "ready",
        ["process-append-thread"] = "persist",
        ["process-apply-thread"] = "apply",
        ["raft-log"] = "log",
        ["raft-state"] = "roles",
        ["set-randomized-election-timeout"] = "election-timeout",
        ["stabilize"] = "settle",
        ["status"] = "progress",
        ["transfer-leadership"] = "transfer",
        ["send-snapshot"] = "snapshot",
        ["propose-conf-change"] = "change",
        ["report-unreachable"] = "unreachable",
    };

    public static string Translate(ScenarioBlock block)
    {
        var space = block.Command.IndexOf(' ', StringComparison.Ordinal);
        var name = space < 0 ? block.Command : block.Command[..space];
        var rest = space < 0 ? string.Empty : block.Command[space..];
        return $"{Names.GetValueOrDefault(name, name)}{rest} {block.Input}".TrimEnd();
    }
}
