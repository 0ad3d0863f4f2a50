using Netcd.Server.Versions;

namespace Netcd.Server.Tests.Versions;

public sealed class ReleaseTests
{
    [Theory]
    [InlineData("3.6.14",           "3.6.0")]
    [InlineData("v3.5.30",          "3.5.0")]
    [InlineData("3.6.0-rc.1+build", "3.6.0")]
    [InlineData("3.10.0",           "3.10.0")]
    public void Versions_are_read_to_the_minor_number(string text, string release)
    {
        Assert.True(Release.TryParse(text, out var read));
        Assert.Equal(release, read.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("3.6")]
    [InlineData("3.6.x")]
    [InlineData("3.6.1.2")]
    [InlineData("3.-6.1")]
    [InlineData("not_decided")]
    [InlineData("99999999999.0.0")]
    public void What_is_no_version_is_none(string text) => Assert.False(Release.TryParse(text, out _));

    [Fact]
    public void Order_is_by_number()
    {
        Assert.True(new Release(3, 9) < new Release(3, 10));
        Assert.True(new Release(4, 0) > new Release(3, 10));
        Assert.Equal(new Release(3, 5), new Release(3, 6).Previous);
    }
}
