using Netcd.Api.Gateway;
using Netcd.TestKit;

namespace Netcd.Api.Tests.Gateway;

public sealed class BodyBudgetTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Slow_body_loses_its_share_when_somebody_waits_and_not_before()
    {
        var budget = new BodyBudget(100, _time);
        using var slow = await TakeAsync(budget, 90);
        using var fast = await TakeAsync(budget, 10);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(slow.IsEvicted);

        var waiting = budget.TakeAsync(50, 0, CancellationToken.None).AsTask();
        fast.Grown(61 * Limits.LongBodyBytesPerSecond);
        slow.Grown(50 * Limits.LongBodyBytesPerSecond);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((true, false), (slow.IsEvicted, fast.IsEvicted));
        Assert.Equal((true, false), (slow.Token.IsCancellationRequested, fast.Token.IsCancellationRequested));

        slow.Dispose();
        (await waiting)!.Dispose();
    }

    [Fact]
    public async Task Body_gets_time_to_begin()
    {
        var budget = new BodyBudget(100, _time);
        using var first = await TakeAsync(budget, 100);
        var waiting = budget.TakeAsync(1, 0, CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(first.IsEvicted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(first.IsEvicted);
        first.Dispose();
        (await waiting)!.Dispose();
    }

    [Fact]
    public async Task What_comes_back_goes_to_the_smallest()
    {
        var budget = new BodyBudget(100, _time);
        var first = await TakeAsync(budget, 100);
        var large = budget.TakeAsync(90, 0, CancellationToken.None).AsTask();
        var small = budget.TakeAsync(20, 0, CancellationToken.None).AsTask();
        first.Dispose();
        var share = (await small)!;
        Assert.False(large.IsCompleted);
        share.Dispose();
        (await large)!.Dispose();
    }

    [Fact]
    public async Task Who_gives_up_waiting_stands_in_nobody_s_way()
    {
        var budget = new BodyBudget(100, _time);
        using var first = await TakeAsync(budget, 60);
        using var over = new CancellationTokenSource();
        var gone = budget.TakeAsync(60, 0, over.Token).AsTask();
        var next = budget.TakeAsync(60, 0, CancellationToken.None).AsTask();
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        first.Dispose();
        (await next)!.Dispose();

        // All is back.
        (await TakeAsync(budget, 100)).Dispose();
    }

    [Fact]
    public async Task Too_many_that_wait_are_refused()
    {
        var budget = new BodyBudget(1, _time);
        using var first = await TakeAsync(budget, 1);
        using var over = new CancellationTokenSource();
        var waiting = new List<Task>();
        for (var i = 0; i < Limits.LongBodiesWaiting; i++)
        {
            waiting.Add(budget.TakeAsync(1, 0, over.Token).AsTask());
        }

        Assert.Null(await budget.TakeAsync(1, 0, CancellationToken.None));
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting));
    }

    private static async Task<BodyShare> TakeAsync(BodyBudget budget, long bytes)
    {
        var taking = budget.TakeAsync(bytes, 0, CancellationToken.None);
        Assert.True(taking.IsCompleted);
        return (await taking)!; // Null only when too many wait.
    }
}
