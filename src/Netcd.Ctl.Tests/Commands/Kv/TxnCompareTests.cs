using Netcd.CommandLine;
using Netcd.Ctl.Commands.Kv;
using Netcd.Proto.EtcdServer;

namespace Netcd.Ctl.Tests.Commands.Kv;

public sealed class TxnCompareTests
{
    [Theory]
    [InlineData("mod(\"foo\") > \"0\"", Compare.Types.CompareTarget.Mod, Compare.Types.CompareResult.Greater)]
    [InlineData("m(\"foo\")   <   \"7\"", Compare.Types.CompareTarget.Mod, Compare.Types.CompareResult.Less)]
    [InlineData("ver(\"foo\") = \"1\"", Compare.Types.CompareTarget.Version, Compare.Types.CompareResult.Equal)]
    [InlineData("create(\"foo\") != \"1\"", Compare.Types.CompareTarget.Create, Compare.Types.CompareResult.NotEqual)]
    [InlineData("value(\"foo\") = \"b\\x00r\"", Compare.Types.CompareTarget.Value, Compare.Types.CompareResult.Equal)]
    [InlineData("lease(\"foo\") = \"1f\"", Compare.Types.CompareTarget.Lease, Compare.Types.CompareResult.Equal)]
    public void Comparison_is_read(
        string line, Compare.Types.CompareTarget target, Compare.Types.CompareResult result)
    {
        var compare = TxnCompare.Parse(line);
        Assert.Equal("foo", compare.Key.ToStringUtf8());
        Assert.Equal(target, compare.Target);
        Assert.Equal(result, compare.Result);
    }

    [Theory]
    [InlineData("bad", "malformed comparison: bad")]
    [InlineData("foo(\"x\") = \"1\"", "malformed comparison: foo(\"x\") = \"1\" (unknown target foo)")]
    [InlineData("mod(x) = \"1\"", "malformed comparison: mod(x) = \"1\"; got mod(\"\")  \"\"")]
    [InlineData("mod(\"x\")=\"1\"", "malformed comparison: mod(\"x\")=\"1\"; got mod(\"x\")  \"\"")]
    [InlineData("mod(\"x\") = \"z\"", "invalid txn compare request: mod(\"x\") = \"z\"")]
    public void Other_lines_are_refused(string line, string expected)
    {
        var refusal = Assert.Throws<ExitException>(() => TxnCompare.Parse(line));
        Assert.Equal(ExitCodes.InvalidInput, refusal.Code);
        Assert.Equal(expected, refusal.Message);
    }
}
