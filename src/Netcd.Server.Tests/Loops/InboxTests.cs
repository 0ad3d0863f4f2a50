using Netcd.Server.Loops;

namespace Netcd.Server.Tests.Loops;

public sealed class InboxTests
{
    [Fact]
    public async Task Patient_posts_wake_the_owner_when_there_are_enough_of_them()
    {
        using var inbox = new Inbox<int>();
        var taking = Task.Run(() => Take(inbox, atLeast: 3, Timeout.Infinite));
        await UntilAsleepAsync(inbox);
        Assert.True(inbox.PostPatiently(1));
        Assert.True(inbox.PostPatiently(2));
        Assert.True(inbox.Activity.IsIdle);
        Assert.True(inbox.PostPatiently(3));
        Assert.Equal("1 2 3", await taking);
    }

    [Fact]
    public async Task Any_other_post_takes_the_patient_ones_along()
    {
        using var inbox = new Inbox<int>();
        inbox.PostPatiently(1);
        var taking = Task.Run(() => Take(inbox, int.MaxValue, Timeout.Infinite));
        await UntilAsleepAsync(inbox);
        Assert.True(inbox.Post(2));
        Assert.Equal("1 2", await taking);
    }

    [Fact]
    public void What_is_due_is_not_slept_over()
    {
        using var inbox = new Inbox<int>();
        Assert.False(inbox.PostQuietly(1));
        Assert.Equal("1", Take(inbox, int.MaxValue, Timeout.Infinite));
        inbox.PostPatiently(2);
        Assert.Equal("2", Take(inbox, atLeast: 1, Timeout.Infinite));
        Assert.Equal("", Take(inbox, atLeast: 0, patience: 0));
    }

    [Fact]
    public void An_owner_whose_patience_is_over_gets_what_there_is()
    {
        using var inbox = new Inbox<int>();
        inbox.PostPatiently(1);
        Assert.Equal("1, waited", Take(inbox, atLeast: 2, patience: 1));
        Assert.Equal(", waited", Take(inbox, atLeast: 1, patience: 1));
    }

    [Fact]
    public void A_closed_inbox_gives_what_it_has_and_takes_nothing_more()
    {
        using var inbox = new Inbox<int>();
        inbox.PostPatiently(1);
        inbox.Close();
        Assert.False(inbox.PostPatiently(2));
        Assert.False(inbox.Post(2));
        Assert.Equal("1", Take(inbox, int.MaxValue, Timeout.Infinite));
        List<int> left = [];
        Assert.False(inbox.TakeAll(ref left));
        Assert.Empty(left);
    }

    private static string Take(Inbox<int> inbox, int atLeast, int patience)
    {
        List<int> taken = [];
        Assert.True(inbox.TakeAll(ref taken, atLeast, patience, out var hasWaited));
        return string.Join(' ', taken) + (hasWaited ? ", waited" : "");
    }

    private static async Task UntilAsleepAsync(Inbox<int> inbox)
    {
        while (!inbox.Activity.IsIdle)
        {
            await Task.Yield();
        }
    }
}
