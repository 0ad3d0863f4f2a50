using Netcd.Server.Waiting;

namespace Netcd.Server.Tests;

public sealed class PendingTableTests
{
    [Fact]
    public void Requests_beyond_the_count_or_the_bytes_are_refused_until_others_end()
    {
        var table = new PendingTable(countMax: 3, bytesMax: 100);
        Assert.Equal(Refusal.None, table.TryAdd(1, Request(50)));
        Assert.Equal(Refusal.None, table.TryAdd(2, Request(50)));
        Assert.Equal(Refusal.TooManyRequests, table.TryAdd(3, Request(1)));
        Assert.True(table.TryTake(1, out _));
        Assert.False(table.TryTake(1, out _));
        Assert.Equal(Refusal.None, table.TryAdd(3, Request(1)));
        Assert.Equal(Refusal.None, table.TryAdd(4, Request(1)));
        Assert.Equal(Refusal.TooManyRequests, table.TryAdd(5, Request(1)));

        var taken = new List<PendingRequest>();
        table.Close(taken);
        Assert.Equal(3, taken.Count);
        Assert.Equal(Refusal.Stopped, table.TryAdd(6, Request(1)));
    }

    [Fact]
    public void Old_requests_are_taken_out_and_young_ones_stay()
    {
        var table = new PendingTable(countMax: 10, bytesMax: 100);
        table.TryAdd(1, Request(1) with { Started = 5 });
        table.TryAdd(2, Request(1) with { Started = 6 });
        table.TryAdd(3, Request(1) with { Started = 7 });
        var taken = new List<PendingRequest>();
        table.TakeStartedBefore(6, taken);
        Assert.Equal([5L, 6L], taken.Select(request => request.Started).Order());
        Assert.True(table.Contains(3));
        Assert.Equal(1, table.Count);
    }

    private static PendingRequest Request(int bytes) => new(new ReplyWaiter(), 0, bytes);
}
