using System.Collections;
using Netcd.Base.GoSyntax;
using Netcd.CommandLine;
using Netcd.CommandLine.Output;
using Netcd.Raft;
using Netcd.Server;

namespace Netcd.Offline.Terminal;

/// <summary>Log lines on standard error, in columns as zap writes them. Debug lines are left out.</summary>
public sealed class OfflineLog(ProgramConsole console, TimeProvider time) : IMemberLog
{
    // Where etcd 3.5.30 says these things: the names that people search for.
    private static readonly Dictionary<string, string> Callers = new(StringComparer.Ordinal)
    {
        ["restoring snapshot"] = "snapshot/v3_snapshot.go:265",
        ["restored snapshot"] = "snapshot/v3_snapshot.go:293",
        ["bumping latest revision"] = "snapshot/v3_snapshot.go:356",
        ["marking revision compacted"] = "snapshot/v3_snapshot.go:373",
        ["Trimming membership information from the backend..."] = "membership/store.go:138",
        ["added member"] = "membership/cluster.go:421",
        ["resolved URL Host"] = "netutil/netutil.go:112",
        ["defragmenting"] = "backend/backend.go:527",
        ["finished defragmenting directory"] = "backend/backend.go:589",
        ["ignoring EntryConfChange raft entry"] = "etcdutl/backup_command.go:214",
        ["ignoring member attribute update on"] = "etcdutl/backup_command.go:229",
        ["ignoring cluster_member_attr_set"] = "etcdutl/backup_command.go:241",
        ["ignoring v3 raft entry"] = "etcdutl/backup_command.go:252",
    };

    private const string OwnCaller = "etcdutl/etcdutl";

    public bool IsEnabled(RaftLogLevel level) => level > RaftLogLevel.Debug;

    public void Log(RaftLogLevel level, string message, params ReadOnlySpan<KeyValuePair<string, object?>> fields)
    {
        if (!IsEnabled(level))
        {
            return;
        }

        var copied = fields.ToArray();
        console.WriteErrorLine(LogLine.Columns(
            time.GetUtcNow().UtcDateTime,
            Name(level),
            Callers.GetValueOrDefault(message, OwnCaller),
            message,
            copied.Length == 0 ? null : json => Write(json, copied)));
    }

    private static string Name(RaftLogLevel level) => level switch
    {
        RaftLogLevel.Information => "info",
        RaftLogLevel.Warning => "warn",
        _ => "error",
    };

    private static void Write(GoJsonWriter json, KeyValuePair<string, object?>[] fields)
    {
        foreach (var (name, value) in fields)
        {
            Write(json.Name(name), value);
        }
    }

    private static void Write(GoJsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.Null();
                break;
            case string text:
                json.String(text);
                break;
            case bool flag:
                json.Bool(flag);
                break;
            case ulong number:
                json.Number(number);
                break;
            case long number:
                json.Number(number);
                break;
            case int number:
                json.Number((long)number);
                break;
            case TimeSpan duration:
                json.String(GoDuration.Format(duration));
                break;
            case IEnumerable list:
                json.BeginArray();
                foreach (var item in list)
                {
                    Write(json, item);
                }

                json.EndArray();
                break;
            default:
                json.String(value.ToString() ?? string.Empty);
                break;
        }
    }
}
