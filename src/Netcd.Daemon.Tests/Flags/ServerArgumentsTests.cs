using Netcd.Daemon.Flags;

namespace Netcd.Daemon.Tests.Flags;

public sealed class ServerArgumentsTests
{
    // Texts observed with etcd 3.5.30 and 3.6.14.
    [Theory]
    [InlineData("flag provided but not defined: -nosuchflag", "--nosuchflag")]
    [InlineData("flag needs an argument: -name", "--name")]
    [InlineData("invalid value \"x\" for flag -heartbeat-interval: parse error", "--heartbeat-interval=x")]
    [InlineData("invalid boolean value \"maybe\" for -enable-pprof: parse error", "--enable-pprof=maybe")]
    [InlineData("invalid value \"bogus\" for flag -initial-cluster-state: invalid value", "--initial-cluster-state=bogus")]
    [InlineData("invalid value \"not-yet\" for flag -v2-deprecation: invalid value \"not-yet\"", "--v2-deprecation=not-yet")]
    [InlineData(
        "invalid value \"5000000000\" for flag -max-concurrent-streams: strconv.ParseUint: parsing \"5000000000\": value out of range",
        "--max-concurrent-streams=5000000000")]
    [InlineData("invalid value \"Bogus=true\" for flag -feature-gates: unrecognized feature gate: Bogus", "--feature-gates=Bogus=true")]
    [InlineData(
        "invalid value \"ftp://127.0.0.1:1\" for flag -listen-client-urls: URL scheme must be http, https, unix, or unixs: ftp://127.0.0.1:1",
        "--listen-client-urls=ftp://127.0.0.1:1")]
    [InlineData(
        "invalid value \"http://127.0.0.1\" for flag -listen-client-urls: URL address does not have the form \"host:port\": http://127.0.0.1",
        "--listen-client-urls=http://127.0.0.1")]
    [InlineData(
        "invalid value \"http://127.0.0.1:1/path\" for flag -listen-client-urls: URL must not contain a path: http://127.0.0.1:1/path",
        "--listen-client-urls=http://127.0.0.1:1/path")]
    [InlineData(
        "invalid value \"127.0.0.1:1\" for flag -listen-client-urls: parse \"127.0.0.1:1\": first path segment in URL cannot contain colon",
        "--listen-client-urls=127.0.0.1:1")]
    public void Bad_command_line_is_refused_with_the_text_of_etcd(string expected, params string[] arguments)
    {
        var problem = Assert.Throws<CommandLineException>(() => ServerArguments.Parse(arguments, new FlagValues()));
        Assert.Equal(expected, problem.Message);
    }

    [Theory]
    [InlineData("one dash and a space", "-name", "infra0")]
    [InlineData("two dashes and equals", "--name=infra0")]
    [InlineData("two dashes and a space", "--name", "infra0")]
    public void Flags_take_both_spellings(string name, params string[] arguments)
    {
        Assert.NotEmpty(name);
        var values = new FlagValues();
        Assert.Empty(ServerArguments.Parse(arguments, values));
        Assert.Equal("infra0", values.Text("name"));
        Assert.True(values.IsGiven("name"));
    }

    [Fact]
    public void Boolean_takes_no_separate_value()
    {
        var values = new FlagValues();
        Assert.Equal(["false"], ServerArguments.Parse(["--client-cert-auth", "false"], values));
        Assert.True(values.Bool("client-cert-auth"));
    }

    [Fact]
    public void Parsing_stops_at_the_first_argument_that_is_no_flag()
    {
        Assert.Equal(["extra", "--name=x"], ServerArguments.Parse(["extra", "--name=x"], new FlagValues()));
        Assert.Equal(["--name=x"], ServerArguments.Parse(["--", "--name=x"], new FlagValues()));
    }

    [Fact]
    public void Every_flag_has_a_default_of_its_own_kind()
    {
        var values = new FlagValues();
        foreach (var flag in FlagTable.All.Where(flag => flag.Kind != FlagKind.Ignored))
        {
            values.Set(flag, flag.Default);
        }

        Assert.Equal(FlagTable.All.Count, FlagTable.All.Select(flag => flag.Name).Distinct(StringComparer.Ordinal).Count());
    }
}
