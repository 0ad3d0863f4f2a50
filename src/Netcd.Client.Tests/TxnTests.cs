namespace Netcd.Client.Tests;

public sealed class TxnTests
{
    [Fact]
    public async Task Parts_come_once_and_in_order()
    {
        await using var client = new EtcdClient("http://127.0.0.1:1");
        Assert.Throws<InvalidOperationException>(() => client.Kv.Txn().If().If());
        Assert.Throws<InvalidOperationException>(() => client.Kv.Txn().Then().If());
        Assert.Throws<InvalidOperationException>(() => client.Kv.Txn().Else().Then());
        client.Kv.Txn().If().Else();
    }

    [Fact]
    public void Conditions_say_what_is_compared()
    {
        var number = Cmp.Lease("k").NotEqualTo(7).WithPrefix();
        Assert.Equal(
            ("k", "l", Compare.Types.CompareTarget.Lease, Compare.Types.CompareResult.NotEqual, 7L),
            (number.Key.ToStringUtf8(), number.RangeEnd.ToStringUtf8(), number.Target, number.Result, number.Lease));
        var value = Cmp.Value("k").GreaterThan("v").WithRange("z");
        Assert.Equal(
            ("z", Compare.Types.CompareTarget.Value, "v"),
            (value.RangeEnd.ToStringUtf8(), value.Target, value.Value.ToStringUtf8()));
        Assert.Equal(3, Cmp.Version("k").EqualTo(3).Version);
        Assert.Equal(3, Cmp.CreateRevision("k").EqualTo(3).CreateRevision);
        Assert.Equal(3, Cmp.ModRevision("k").LessThan(3).ModRevision);
    }

    [Fact]
    public void Ways_of_saying_a_range_exclude_each_other()
    {
        Assert.Throws<ArgumentException>(() => Op.Get("k", new GetOptions { IsPrefix = true, IsFromKey = true }));
        Assert.Throws<ArgumentException>(() => Op.Delete("k", new DeleteOptions { IsPrefix = true, RangeEnd = "z" }));
    }
}
