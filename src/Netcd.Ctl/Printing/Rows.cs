using Netcd.Base.GoSyntax;
using Netcd.Proto.EtcdServer;

namespace Netcd.Ctl.Printing;

/// <summary>The columns that the simple format and the table have in common.</summary>
internal static class Rows
{
    public static readonly string[] MemberTitles =
        ["ID", "Status", "Name", "Peer Addrs", "Client Addrs", "Is Learner"];

    public static readonly string[] HealthTitles = ["endpoint", "health", "took", "error"];

    public static readonly string[] StatusTitles =
    [
        "endpoint", "ID", "version", "db size", "is leader", "is learner", "raft term", "raft index",
        "raft applied index", "errors",
    ];

    public static readonly string[] HashTitles = ["endpoint", "hash"];

    public static List<string[]> Of(MemberListResponse answer) =>
        [.. answer.Members.Select(member => new[]
        {
            member.ID.ToString("x"),
            member.Name.Length == 0 ? "unstarted" : "started",
            member.Name,
            string.Join(',', member.PeerURLs),
            string.Join(',', member.ClientURLs),
            Word(member.IsLearner),
        })];

    public static List<string[]> Of(IReadOnlyList<HealthRow> rows) =>
        [.. rows.Select(row => new[] { row.Endpoint, Word(row.IsHealthy), row.Took, row.Error })];

    public static List<string[]> Of(IReadOnlyList<StatusRow> rows) =>
        [.. rows.Select(row => new[]
        {
            row.Endpoint,
            row.Status.Header.MemberId.ToString("x"),
            row.Status.Version,
            HumanBytes.Format((ulong)row.Status.DbSize),
            Word(row.Status.Leader == row.Status.Header.MemberId),
            Word(row.Status.IsLearner),
            row.Status.RaftTerm.ToString(),
            row.Status.RaftIndex.ToString(),
            row.Status.RaftAppliedIndex.ToString(),
            string.Join(", ", row.Status.Errors),
        })];

    public static List<string[]> Of(IReadOnlyList<HashRow> rows) =>
        [.. rows.Select(row => new[] { row.Endpoint, row.Hash.Hash.ToString() })];

    public static string Word(bool value) => value ? "true" : "false";
}
