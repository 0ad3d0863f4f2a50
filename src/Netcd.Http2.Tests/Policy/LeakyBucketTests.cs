using Netcd.Http2.Policy;

namespace Netcd.Http2.Tests.Policy;

public sealed class LeakyBucketTests
{
    private const long Frequency = 1000;

    [Fact]
    public void Credit_earned_before_pays_for_a_late_burst()
    {
        // A watch sends 100,000 DATA frames; the client's WINDOW_UPDATEs come only when it catches up.
        var bucket = new LeakyBucket(capacity: 10, leakPerSecond: 1, creditMax: 1_000_000);
        for (var i = 0; i < 100_000; i++)
        {
            bucket.Credit(4);
        }

        for (var i = 0; i < 400_010; i++)
        {
            Assert.True(bucket.TryCharge(1, 0, Frequency));
        }

        Assert.False(bucket.TryCharge(1, 0, Frequency));
    }

    [Fact]
    public void Credit_is_saved_up_to_its_bound_only()
    {
        var bucket = new LeakyBucket(capacity: 10, leakPerSecond: 1, creditMax: 5);
        bucket.Credit(1000);
        for (var i = 0; i < 15; i++)
        {
            Assert.True(bucket.TryCharge(1, 0, Frequency));
        }

        Assert.False(bucket.TryCharge(1, 0, Frequency));
    }

    [Fact]
    public void Without_credit_only_the_burst_and_what_leaked_are_free()
    {
        var bucket = new LeakyBucket(capacity: 10, leakPerSecond: 1);
        bucket.Credit(1000);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(bucket.TryCharge(1, 0, Frequency));
        }

        Assert.False(bucket.TryCharge(1, 0, Frequency));
        Assert.True(bucket.TryCharge(1, 5 * Frequency, Frequency));
    }
}
