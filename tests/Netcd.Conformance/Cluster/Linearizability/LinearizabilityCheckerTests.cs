namespace Netcd.Conformance.Cluster.Linearizability;

/// <summary>Histories made by hand, good and bad.</summary>
public sealed class LinearizabilityCheckerTests
{
    // One operation a word: kind, key, times of call and answer (a dash for none), then what it wrote or saw.
    //   P k 1-2 v@5      put of v, acknowledged with revision 5        P k 1-- v       put of v, never answered
    //   G k 1-2 v@5/9    get saw v of revision 5, the store being at 9  G k 1-2 0/9     get saw nothing
    //   D k 1-2 @6       deletion at revision 6                         D k 1-2 0/9     nothing to delete
    //   C k 1-2 5>v@7    put v if the revision is 5: it was             C k 1-2 5!w@6/9 it was not: w of revision 6
    // After the bar: the store's events, key=value@revision, no value for a deletion.
    [Theory]
    [InlineData("nothing at all", "|")]
    [InlineData("read of nothing", "G k 1-2 0/1 |")]
    [InlineData("read after write", "P k 1-2 a@2, G k 3-4 a@2/2 | k=a@2")]
    [InlineData("read during a write sees the old state", "P k 1-9 a@2, G k 3-4 0/1 | k=a@2")]
    [InlineData("read during a write sees the new state", "P k 1-9 a@2, G k 3-4 a@2/2 | k=a@2")]
    [InlineData("old, then new, during one write", "P k 1-9 a@2, G k 2-3 0/1, G k 4-5 a@2/2 | k=a@2")]
    [InlineData("unanswered write that happened", "P k 1-- a, G k 5-6 a@2/2 | k=a@2")]
    [InlineData("unanswered write that happened later", "P k 1-- a, G k 5-6 0/1, G k 7-8 a@2/2 | k=a@2")]
    [InlineData("unanswered write that never happened", "P k 1-- a, G k 5-6 0/1 |")]
    [InlineData("writes side by side, in the order of revisions", "P k 1-9 a@3, P k 1-9 b@2, G k 3-4 b@2/2 | k=b@2 k=a@3")]
    [InlineData("deletion", "P k 1-2 a@2, D k 3-4 @3, G k 5-6 0/3 | k=a@2 k@3")]
    [InlineData("deletion of nothing", "D k 1-2 0/1, P k 3-4 a@2 | k=a@2")]
    [InlineData("unanswered deletion", "P k 1-2 a@2, D k 3--, G k 5-6 a@2/2, G k 7-8 0/3 | k=a@2 k@3")]
    [InlineData("comparison that held", "P k 1-2 a@2, C k 3-4 2>b@3, G k 5-6 b@3/3 | k=a@2 k=b@3")]
    [InlineData("comparison that failed", "P k 1-2 a@2, C k 3-4 9!a@2/2 | k=a@2")]
    [InlineData("comparison with nothing", "C k 1-2 0>a@2 | k=a@2")]
    [InlineData("one of two comparisons held", "P k 1-2 a@2, C k 3-9 2>b@3, C k 3-9 2!b@3/3 | k=a@2 k=b@3")]
    [InlineData("keys of their own", "P k 1-2 a@2, P l 1-2 b@3, G k 3-4 a@2/3, G l 3-4 b@3/3 | k=a@2 l=b@3")]
    [InlineData("read of nothing between deletions", "P k 1-2 a@2, D k 3-4 @3, P k 5-6 b@4, D k 7-20 @5, G k 8-9 0/5 | k=a@2 k@3 k=b@4 k@5")]
    public void History_is_explained(string name, string text) =>
        Assert.Null(FindViolation(name, text));

    [Theory]
    [InlineData("stale read", "P k 1-2 a@2, P k 3-4 b@3, G k 5-6 a@2/3 | k=a@2 k=b@3")]
    [InlineData("stale read of nothing", "P k 1-2 a@2, G k 3-4 0/2 | k=a@2")]
    [InlineData("stale header, other key", "P k 1-2 a@2, G l 3-4 0/1 | k=a@2")]
    [InlineData("new, then old, during one write", "P k 1-9 a@2, G k 2-3 a@2/2, G k 4-5 0/2 | k=a@2")]
    [InlineData("two readers disagree on the order", "P k 1-9 a@2, P k 1-9 b@3, G k 2-3 b@3/3, G k 4-5 a@2/3 | k=a@2 k=b@3")]
    [InlineData("read from the future", "G k 1-2 a@2/2, P k 3-4 a@2 | k=a@2")]
    [InlineData("read of a value that nobody wrote", "G k 1-2 z@2/2 |")]
    [InlineData("read of a write that never happened", "P k 1-- a, G k 3-4 a@2/2 |")]
    [InlineData("read with the revision of another write", "P k 1-2 a@2, P k 3-4 b@3, G k 5-6 b@2/3 | k=a@2 k=b@3")]
    [InlineData("lost acknowledged write", "P k 1-2 a@2, G k 3-4 0/2 |")]
    [InlineData("acknowledged write with another revision", "P k 1-2 a@3 | k=a@2")]
    [InlineData("acknowledged write under another key", "P k 1-2 a@2 | l=a@2")]
    [InlineData("event that nobody wrote", "P k 1-2 a@2 | k=a@2 k=z@3")]
    [InlineData("write done twice", "P k 1-2 a@2 | k=a@2 k=a@3")]
    [InlineData("one revision twice", "P k 1-2 a@2, P l 1-2 b@2 | k=a@2 l=b@2")]
    [InlineData("later write with an earlier revision", "P k 1-2 a@3, P k 3-4 b@2 | k=b@2 k=a@3")]
    [InlineData("deleted key is read", "P k 1-2 a@2, D k 3-4 @3, G k 5-6 a@2/3 | k=a@2 k@3")]
    [InlineData("deletion found nothing where something was", "P k 1-2 a@2, D k 3-4 0/2 | k=a@2")]
    [InlineData("deletion found something where nothing was", "D k 1-2 @2 | k@2")]
    [InlineData("lost deletion", "P k 1-2 a@2, D k 3-4 @3 | k=a@2")]
    [InlineData("comparison held with the wrong state", "P k 1-2 a@2, P k 3-4 b@3, C k 5-6 2>c@4 | k=a@2 k=b@3 k=c@4")]
    [InlineData("both comparisons held", "P k 1-2 a@2, C k 3-9 2>b@3, C k 3-9 2>c@4 | k=a@2 k=b@3 k=c@4")]
    [InlineData("comparison failed though it held", "P k 1-2 a@2, C k 3-4 2!a@2/2 | k=a@2")]
    [InlineData("comparison failed and saw an old value", "P k 1-2 a@2, P k 3-4 b@3, C k 5-6 9!a@2/3 | k=a@2 k=b@3")]
    [InlineData("unanswered write before its call", "G k 1-2 a@2/2, P k 3-- a | k=a@2")]
    public void History_is_refused(string name, string text) =>
        Assert.NotNull(FindViolation(name, text));

    [Fact]
    public void Long_history_is_checked_quickly()
    {
        var history = new List<Operation>();
        var events = new List<StoreEvent>();
        for (var i = 0; i < 20_000; i++)
        {
            var (called, returned) = (TimeSpan.FromMilliseconds(i), TimeSpan.FromMilliseconds(i + 8));
            var revision = (i / 2) + 2;
            if (i % 2 == 0)
            {
                events.Add(new StoreEvent("k", $"v{i}", revision));
                history.Add(new Operation("k", OperationKind.Put, called, returned)
                {
                    Written = $"v{i}", HasWritten = true, Revision = revision,
                });
            }
            else
            {
                history.Add(new Operation("k", OperationKind.Get, called, returned)
                {
                    Seen = $"v{i - 1}", SeenRevision = revision, Revision = revision,
                });
            }
        }

        Assert.Null(LinearizabilityChecker.FindViolation(history, events));
        history[^1] = history[^1] with { Seen = "v100", SeenRevision = 52 };
        Assert.NotNull(LinearizabilityChecker.FindViolation(history, events));
    }

    private static string? FindViolation(string name, string text)
    {
        Assert.NotEmpty(name);
        var parts = text.Split('|');
        return LinearizabilityChecker.FindViolation(
            [.. parts[0].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseOperation)],
            [.. parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ParseEvent)]);
    }

    private static StoreEvent ParseEvent(string word)
    {
        var at = word.Split('@');
        var pair = at[0].Split('=');
        return new StoreEvent(pair[0], pair.Length > 1 ? pair[1] : null, long.Parse(at[1]));
    }

    private static Operation ParseOperation(string text)
    {
        var words = text.Split(' ');
        var times = words[2].Split('-');
        var kind = words[0] switch
        {
            "P" => OperationKind.Put,
            "G" => OperationKind.Get,
            "D" => OperationKind.Delete,
            _ => OperationKind.CompareAndPut,
        };
        var isAnswered = times[1].Length > 0;
        var operation = new Operation(
            words[1], kind, TimeSpan.FromSeconds(int.Parse(times[0])),
            isAnswered ? TimeSpan.FromSeconds(int.Parse(times[1])) : TimeSpan.MaxValue);
        var result = words.Length > 3 ? words[3] : "";
        if (kind == OperationKind.CompareAndPut)
        {
            var cut = result.IndexOfAny(['>', '!']);
            operation = operation with { Expected = long.Parse(result[..cut]) };
            return result[cut] == '>'
                ? Wrote(operation, result[(cut + 1)..])
                : Saw(operation with { Written = $"unwritten at {times[0]}" }, result[(cut + 1)..]);
        }

        return kind == OperationKind.Get || result.Contains('/', StringComparison.Ordinal)
            ? Saw(operation, result)
            : Wrote(operation, result);
    }

    private static Operation Wrote(Operation operation, string result)
    {
        var at = result.Split('@');
        return at.Length == 1
            ? operation with { Written = at[0] }
            : operation with { Written = at[0], HasWritten = true, Revision = long.Parse(at[1]) };
    }

    private static Operation Saw(Operation operation, string result)
    {
        var slash = result.Split('/');
        var at = slash[0].Split('@');
        return at.Length == 1
            ? operation with { Revision = long.Parse(slash[1]) }
            : operation with { Seen = at[0], SeenRevision = long.Parse(at[1]), Revision = long.Parse(slash[1]) };
    }
}
