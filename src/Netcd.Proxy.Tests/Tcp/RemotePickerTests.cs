using Netcd.Proxy.Discovery;
using Netcd.Proxy.Tcp;

namespace Netcd.Proxy.Tests.Tcp;

public sealed class RemotePickerTests
{
    private const int Draws = 10_000;

    [Fact]
    public void Endpoints_without_weights_are_taken_in_turn()
    {
        var picker = Of(("a", 0, 0), ("b", 0, 0), ("c", 0, 0));
        Assert.Equal(["a", "b", "c", "a", "b"], Enumerable.Range(0, 5).Select(_ => Name(picker.Pick())));
    }

    [Fact]
    public void Only_the_lowest_priority_number_is_used_while_one_of_it_answers()
    {
        Remote[] remotes = [Make("a", 1, 0), Make("b", 0, 0), Make("c", 1, 5)];
        var picker = new RemotePicker(remotes, new Random(1));
        Assert.Equal(["b", "b", "b"], Enumerable.Range(0, 3).Select(_ => Name(picker.Pick())));
        remotes[1].IsActive = false;
        Assert.All(Enumerable.Range(0, 20), _ => Assert.NotEqual("b", Name(picker.Pick())));
        remotes[0].IsActive = remotes[2].IsActive = false;
        Assert.Null(picker.Pick());
    }

    [Fact]
    public void Weights_are_shares()
    {
        var counts = Count(Of(("a", 0, 1), ("b", 0, 1), ("c", 0, 8)));
        Assert.InRange(counts["a"], Draws * 8 / 100, Draws * 12 / 100);
        Assert.InRange(counts["b"], Draws * 8 / 100, Draws * 12 / 100);
        Assert.InRange(counts["c"], Draws * 77 / 100, Draws * 83 / 100);
    }

    [Fact]
    public void An_endpoint_without_a_weight_is_hardly_ever_taken_beside_others()
    {
        var counts = Count(Of(("a", 0, 0), ("b", 0, 3)));
        Assert.InRange(counts["a"], 1, Draws * 2 / 100);
    }

    // The seed makes the draws the same each time.
    private static RemotePicker Of(params (string Host, int Priority, int Weight)[] remotes) => new(
        [.. remotes.Select(static remote => Make(remote.Host, remote.Priority, remote.Weight))], new Random(1));

    private static Remote Make(string host, int priority, int weight) =>
        new(new SrvRecord(new Endpoint(host, 1), priority, weight));

    private static string? Name(Remote? remote) => remote?.Endpoint.Host;

    private static Dictionary<string, int> Count(RemotePicker picker)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < Draws; i++)
        {
            var name = picker.Pick()!.Endpoint.Host;
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }

        return counts;
    }
}
