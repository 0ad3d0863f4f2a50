using System.Globalization;
using System.Text;
using Netcd.Raft;
using Netcd.Raft.Tracker;

namespace Netcd.Server;

/// <summary>Raft's state as etcd shows it to people. Source: MarshalJSON of go.etcd.io/raft, status.go.</summary>
internal static class RaftStatusJson
{
    internal static string Of(RaftStatus status)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{{\"id\":\"{status.Id}\",\"term\":{status.Term},\"vote\":\"{status.Vote}\",");
        text.Append(
            CultureInfo.InvariantCulture,
            $"\"commit\":{status.CommitIndex},\"lead\":\"{status.Leader}\",\"raftState\":\"{Name(status.Role)}\",");
        text.Append(CultureInfo.InvariantCulture, $"\"applied\":{status.AppliedIndex},\"progress\":{{");
        var separator = "";
        foreach (var member in status.Progress)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{separator}\"{member.Id}\":{{\"match\":{member.Match},\"next\":{member.Next},");
            text.Append(CultureInfo.InvariantCulture, $"\"state\":\"{Name(member.State)}\"}}");
            separator = ",";
        }

        return text.Append(CultureInfo.InvariantCulture, $"}},\"leadtransferee\":\"{status.Transferee}\"}}").ToString();
    }

    private static string Name(RaftRole role) => role switch
    {
        RaftRole.Leader => "StateLeader",
        RaftRole.Candidate => "StateCandidate",
        RaftRole.PreCandidate => "StatePreCandidate",
        _ => "StateFollower",
    };

    private static string Name(ProgressState state) => state switch
    {
        ProgressState.Replicate => "StateReplicate",
        ProgressState.Snapshot => "StateSnapshot",
        _ => "StateProbe",
    };
}
