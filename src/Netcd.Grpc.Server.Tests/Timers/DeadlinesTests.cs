using Netcd.Grpc.Server.Timers;
using Netcd.TestKit;

namespace Netcd.Grpc.Server.Tests.Timers;

public sealed class DeadlinesTests : IDeadlineOwner
{
    private readonly ManualTime _time = new();
    private readonly List<(int StreamId, int Generation, TimeSpan At)> _expired = [];

    void IDeadlineOwner.OnDeadline(int streamId, int generation) =>
        _expired.Add((streamId, generation, TimeSpan.FromTicks(_time.GetTimestamp())));

    [Fact]
    public void Nothing_expires_early_nor_much_too_late()
    {
        using var deadlines = new Deadlines(_time);
        var random = new Random(20261122);
        var due = new TimeSpan[2000];
        for (var i = 0; i < due.Length; i++)
        {
            // From at once to two hours, short ones most often.
            due[i] = TimeSpan.FromSeconds(Math.Pow(10, (random.NextDouble() * 6) - 2));
            deadlines.Schedule(new Deadline(this), i, 7, due[i].Ticks);
        }

        for (var step = 0; step < 4000; step++)
        {
            _time.Advance(TimeSpan.FromSeconds(3));
        }

        Assert.Equal(due.Length, _expired.Count);
        Assert.All(_expired, expired =>
        {
            Assert.Equal(7, expired.Generation);
            Assert.InRange(expired.At - due[expired.StreamId], TimeSpan.Zero, TimeSpan.FromMilliseconds(50));
        });
    }

    [Fact]
    public void Cancelled_deadline_does_not_expire_and_can_be_scheduled_again()
    {
        using var deadlines = new Deadlines(_time);
        var entry = new Deadline(this);
        deadlines.Schedule(entry, 1, 1, TimeSpan.FromSeconds(1).Ticks);
        deadlines.Cancel(entry);
        deadlines.Cancel(entry);
        deadlines.Schedule(entry, 3, 2, TimeSpan.FromMinutes(1).Ticks);
        _time.Advance(TimeSpan.FromSeconds(57));
        deadlines.Cancel(entry);
        deadlines.Schedule(entry, 5, 3, TimeSpan.FromMinutes(2).Ticks);
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal([(5, 3)], _expired.Select(expired => (expired.StreamId, expired.Generation)));
    }

    [Fact]
    public void Wheel_without_entries_sets_no_timer()
    {
        using var deadlines = new Deadlines(_time);
        var entry = new Deadline(this);
        deadlines.Schedule(entry, 1, 1, TimeSpan.FromSeconds(1).Ticks);
        _time.Advance(TimeSpan.FromSeconds(2));

        // A year of ticks would take minutes if the timer were still armed.
        _time.Advance(TimeSpan.FromDays(365));
        Assert.Single(_expired);
    }
}
