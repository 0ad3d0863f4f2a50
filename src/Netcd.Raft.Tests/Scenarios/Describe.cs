using System.Text;
using Netcd.Base.Records;
using Netcd.Raft.ConfChanges;
using Netcd.Raft.Messages;

namespace Netcd.Raft.Tests.Scenarios;

/// <summary>
/// Texts of raft's things in upstream's form (util.go), so that transcripts can be laid side by side.
/// </summary>
internal static class Describe
{
    public static string Entry(in Entry entry)
    {
        var detail = entry.Type == EntryType.Normal
            ? $"\"{Encoding.ASCII.GetString(entry.Data.Span).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : Changes(ConfChangeCodec.ReadEntry(entry).Changes);
        return $"{entry.Term}/{entry.Index} Entry{entry.Type}{(detail.Length > 0 ? " " : string.Empty)}{detail}";
    }

    public static string Entries(ReadOnlyMemory<Entry> entries)
    {
        var text = new StringBuilder();
        foreach (var entry in entries.Span)
        {
            text.Append(Entry(entry)).Append('\n');
        }

        return text.ToString();
    }

    public static string HardState(HardState state) =>
        $"Term:{state.Term}{(state.Vote.IsNone ? string.Empty : $" Vote:{state.Vote.Value}")} Commit:{state.Commit}";

    public static string Snapshot(Snapshot snapshot)
    {
        var state = snapshot.Metadata.ConfState;
        return $"Index:{snapshot.Metadata.Index} Term:{snapshot.Metadata.Term} ConfState:Voters:{Ids(state.Voters)} "
            + $"VotersOutgoing:{Ids(state.VotersOutgoing)} Learners:{Ids(state.Learners)} "
            + $"LearnersNext:{Ids(state.LearnersNext)} AutoLeave:{(state.AutoLeave ? "true" : "false")}";
    }

    public static string Message(Message message, string indent = "")
    {
        var text = new StringBuilder(indent);
        text.Append($"{Target(message.From)}->{Target(message.To)} Msg{message.Type} ");
        text.Append($"Term:{message.Term} Log:{message.LogTerm}/{message.Index}");
        text.Append(message.Reject ? $" Rejected (Hint: {message.RejectHint})" : string.Empty);
        text.Append(message.Commit > LogIndex.Zero ? $" Commit:{message.Commit}" : string.Empty);
        text.Append(message.Vote.IsNone ? string.Empty : $" Vote:{message.Vote.Value}");
        if (message.Entries.Length == 1)
        {
            text.Append($" Entries:[{Entry(message.Entries.Span[0])}]");
        }
        else if (message.Entries.Length > 1)
        {
            text.Append(" Entries:[");
            foreach (var entry in message.Entries.Span)
            {
                text.Append($"\n{indent}  {Entry(entry)}");
            }

            text.Append($"\n{indent}]");
        }

        if (message.Snapshot is { IsEmpty: false } snapshot)
        {
            text.Append($"\n{indent}  Snapshot: {Snapshot(snapshot)}");
        }

        return text.ToString();
    }

    /// <summary>A storage message with what follows from it.</summary>
    public static string WithResponses(Message message, IReadOnlyList<Message> responses)
    {
        var text = new StringBuilder(Message(message));
        if (responses.Count > 0)
        {
            text.Append(" Responses:[");
            foreach (var response in responses)
            {
                text.Append('\n').Append(Message(response, "  "));
            }

            text.Append("\n]");
        }

        return text.ToString();
    }

    private static string Changes(IEnumerable<ConfChangeSingle> changes) =>
        string.Join(' ', changes.Select(change => change.Type switch
        {
            ConfChangeType.AddNode => $"v{change.MemberId.Value}",
            ConfChangeType.AddLearnerNode => $"l{change.MemberId.Value}",
            ConfChangeType.RemoveNode => $"r{change.MemberId.Value}",
            _ => $"u{change.MemberId.Value}",
        }));

    private static string Ids(IEnumerable<MemberId> ids) => $"[{string.Join(' ', ids.Select(id => id.Value))}]";

    private static string Target(MemberId id)
    {
        if (id.IsNone)
        {
            return "None";
        }

        return id == MessageTypes.LocalAppendThread ? "AppendThread"
            : id == MessageTypes.LocalApplyThread ? "ApplyThread"
            : id.ToString();
    }
}
