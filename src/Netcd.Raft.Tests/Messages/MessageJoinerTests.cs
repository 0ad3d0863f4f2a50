using Netcd.Base.Records;
using Netcd.Raft.Messages;

namespace Netcd.Raft.Tests.Messages;

public sealed class MessageJoinerTests
{
    [Fact]
    public void Commit_index_travels_with_entries()
    {
        var joined = Join(App(2, 10, 0, 8), App(3, 10, 0, 8), App(2, 10, 2, 8), App(2, 12, 0, 10));
        Assert.Equal(["2 App 10+2 commit 10", "3 App 10+0 commit 8"], joined);
    }

    [Fact]
    public void Entries_are_never_left_out()
    {
        string[] expected = ["2 App 10+2 commit 8", "2 App 12+1 commit 9"];
        Assert.Equal(expected, Join(App(2, 10, 2, 8), App(2, 12, 1, 9)));
        Assert.Equal(expected, Join(App(2, 10, 2, 8), App(2, 12, 0, 9), App(2, 12, 1, 9)).Select(Cut));

        static string Cut(string text) => text.Replace("+2 commit 9", "+2 commit 8", StringComparison.Ordinal);
    }

    [Fact]
    public void Append_that_begins_elsewhere_stays()
    {
        Assert.Equal(2, Join(App(2, 10, 0, 8), App(2, 11, 1, 8)).Count);
        Assert.Equal(2, Join(App(2, 10, 1, 8), App(2, 12, 0, 8)).Count);
        Assert.Equal(2, Join(App(2, 10, 0, 8), App(2, 10, 1, 8) with { Term = new Term(6) }).Count);
    }

    [Fact]
    public void Last_acknowledgement_stands_for_earlier_ones_and_rejections_stay()
    {
        Assert.Equal(["2 AppResp 12+0 commit 0"], Join(Answer(11), Answer(12)));
        Assert.Equal(2, Join(Answer(12), Answer(11)).Count);
        Assert.Equal(3, Join(Answer(11), Answer(20) with { Reject = true }, Answer(12)).Count);
    }

    [Fact]
    public void Last_heartbeat_goes_unless_it_would_lose_a_read()
    {
        Message plain = new() { Type = MessageType.Heartbeat, To = new MemberId(2), Term = new Term(5) };
        var read = plain with { Context = new byte[] { 1 } };
        Assert.Single(Join(plain, read));
        Assert.Single(Join(read, read));
        Assert.Equal(2, Join(read, plain).Count);
    }

    [Fact]
    public void Many_receivers_are_no_problem()
    {
        var messages = Enumerable.Range(1, 40).SelectMany(to => new[] { App((ulong)to, 10, 0, 8), App((ulong)to, 10, 1, 8) });
        var joined = Join([.. messages]);
        Assert.Equal(40, joined.Count);
        Assert.All(joined, text => Assert.Contains("10+1", text, StringComparison.Ordinal));
    }

    private static List<string> Join(params Message[] messages)
    {
        List<Message> list = [.. messages];
        MessageJoiner.Join(list);
        return [.. list.Select(message =>
            $"{message.To.Value} {message.Type} {message.Index}+{message.Entries.Length} commit {message.Commit}")];
    }

    private static Message App(ulong to, ulong index, int entries, ulong commit) => new()
    {
        Type = MessageType.App,
        To = new MemberId(to),
        Term = new Term(5),
        LogTerm = new Term(5),
        Index = new LogIndex(index),
        Entries = new Entry[entries],
        Commit = new LogIndex(commit),
    };

    private static Message Answer(ulong index) => new()
    {
        Type = MessageType.AppResp, To = new MemberId(2), Term = new Term(5), Index = new LogIndex(index),
    };
}
