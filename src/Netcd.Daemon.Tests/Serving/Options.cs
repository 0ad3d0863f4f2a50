using Netcd.Daemon.Flags;

namespace Netcd.Daemon.Tests.Serving;

/// <summary>What a command line means.</summary>
internal static class Options
{
    public static DaemonOptions Of(params string[] arguments)
    {
        var values = new FlagValues();
        Assert.Empty(ServerArguments.Parse(arguments, values));
        ConfigValidator.Check(values, fromFile: false);
        return new DaemonOptions(values);
    }
}
