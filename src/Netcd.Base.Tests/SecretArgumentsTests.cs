namespace Netcd.Base.Tests;

public sealed class SecretArgumentsTests
{
    [Theory]
    [InlineData("--name a --discovery-password=pw --data-dir d", "--name a --discovery-password=*** --data-dir d")]
    [InlineData("-discovery-password pw -name a",                "-discovery-password *** -name a")]
    [InlineData("--discovery-user u:pw --discovery-password",    "--discovery-user *** --discovery-password")]
    [InlineData("--discovery-token t --name discovery-user",     "--discovery-token t --name discovery-user")]
    public void Secrets_become_stars(string arguments, string expected) =>
        Assert.Equal(expected, string.Join(' ', SecretArguments.Hide(arguments.Split(' '))));

    [Theory]
    [InlineData("ETCD_DISCOVERY_USER", "***")]
    [InlineData("ETCD_ROOT_PASSWORD",  "***")]
    [InlineData("ETCD_NAME",           "x")]
    public void Variables_that_hold_secrets_show_stars(string variable, string expected) =>
        Assert.Equal(expected, SecretArguments.Hide(variable, "x"));
}
