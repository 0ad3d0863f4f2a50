using Netcd.Server.Versions;

namespace Netcd.Server.Tests.Versions;

public sealed class VersionRulesTests
{
    [Theory]
    [InlineData("",      "",      "",      "3.5.0", "3.0.0")] // Not all could be asked.
    [InlineData("",      "3.6.1", "",      "3.5.0", "3.5.0")]
    [InlineData("",      "3.6.1", "",      "3.6.0", "3.6.0")]
    [InlineData("",      "3.5.1", "",      "3.6.0", "3.5.0")]
    [InlineData("3.0.0", "3.5.1", "",      "3.5.0", "3.5.0")]
    [InlineData("3.5.0", "",      "",      "3.6.0", null)]
    [InlineData("3.5.0", "3.6.1", "",      "3.5.0", null)] // Not raised unasked.
    [InlineData("3.5.0", "3.6.1", "",      "3.6.0", "3.6.0")]
    [InlineData("3.5.0", "3.5.9", "",      "3.6.0", null)]
    [InlineData("3.6.0", "3.6.1", "",      "3.5.0", null)] // Never lowered unasked.
    [InlineData("3.6.0", "3.5.9", "",      "3.6.0", null)]
    [InlineData("3.6.0", "3.6.1", "3.5.0", "3.6.0", "3.5.0")]
    [InlineData("3.6.0", "",      "3.5.0", "3.6.0", null)]
    [InlineData("3.5.0", "3.6.1", "3.5.0", "3.6.0", null)] // Lowered already: not raised while the downgrade runs.
    [InlineData("3.5.0", "3.6.1", "3.4.0", "3.6.0", null)] // This program cannot run below 3.5.
    [InlineData("3.7.0", "3.6.1", "3.5.0", "3.6.0", null)]
    public void The_cluster_version_is_the_lowest_members_up_to_the_allowed_one(
        string present, string lowest, string target, string highest, string? next)
    {
        var decided = VersionRules.Next(Read(present), Read(lowest), Read(target), Read(highest)!.Value);
        Assert.Equal(next, decided?.ToString());
    }

    [Fact]
    public void A_downgrade_is_over_when_every_member_runs_its_target()
    {
        var target = new Release(3, 5);
        Assert.True(VersionRules.HasReached(target, [target, target]));
        Assert.False(VersionRules.HasReached(target, [target, new Release(3, 6)]));
        Assert.False(VersionRules.HasReached(target, [target, null]));
    }

    private static Release? Read(string text) => Release.TryParse(text, out var release) ? release : null;
}
