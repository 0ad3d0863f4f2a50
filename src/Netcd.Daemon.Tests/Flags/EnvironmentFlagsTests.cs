using System.Collections;
using Netcd.Daemon.Flags;

namespace Netcd.Daemon.Tests.Flags;

public sealed class EnvironmentFlagsTests
{
    [Fact]
    public void Variables_set_flags_and_unknown_ones_are_reported()
    {
        var values = new FlagValues();
        var notes = new List<StartNote>();
        EnvironmentFlags.Apply(
            new Hashtable { ["ETCD_NAME"] = "n1", ["ETCD_WAL_DIR"] = "", ["ETCD_BOGUS"] = "1", ["ETCD_VERIFY"] = "all", ["PATH"] = "/" },
            values,
            notes);
        Assert.Equal("n1", values.Text("name"));
        Assert.False(values.IsGiven("wal-dir"));
        Assert.Equal(
            ["recognized and used environment variable", "unrecognized environment variable"],
            notes.Select(note => note.Message));
    }

    [Fact]
    public void Variable_and_flag_together_are_refused()
    {
        var values = new FlagValues();
        ServerArguments.Parse(["--name=a"], values);
        var problem = Assert.Throws<EnvironmentConflictException>(
            () => EnvironmentFlags.Apply(new Hashtable { ["ETCD_NAME"] = "" }, values, []));
        Assert.Equal("ETCD_NAME", problem.Variable);
    }

    [Theory]
    [InlineData("ETCD_DISCOVERY_PASSWORD")]
    [InlineData("ETCD_DISCOVERY_USER")]
    [InlineData("ETCD_ROOT_PASSWORD")]
    public void Secrets_are_not_in_what_is_reported(string variable)
    {
        var notes = new List<StartNote>();
        EnvironmentFlags.Apply(new Hashtable { [variable] = "canary" }, new FlagValues(), notes);
        var fields = Assert.Single(notes).Fields;
        Assert.DoesNotContain(fields, field => $"{field.Value}".Contains("canary", StringComparison.Ordinal));
    }

    [Fact]
    public void Bad_value_names_the_variable()
    {
        var problem = Assert.Throws<FlagValueException>(
            () => EnvironmentFlags.Apply(new Hashtable { ["ETCD_HEARTBEAT_INTERVAL"] = "x" }, new FlagValues(), []));
        Assert.Equal("invalid value \"x\" for ETCD_HEARTBEAT_INTERVAL: parse error", problem.Message);
    }
}
