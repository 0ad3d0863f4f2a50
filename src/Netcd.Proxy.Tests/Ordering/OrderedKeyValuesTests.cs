using Netcd.Client;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;
using Netcd.Proxy.Ordering;
using Netcd.Proxy.Tests.Support;

namespace Netcd.Proxy.Tests.Ordering;

public sealed class OrderedKeyValuesTests
{
    [Fact]
    public async Task An_answer_that_is_older_than_one_before_is_asked_for_again()
    {
        var members = new FakeKeyValues(5, 3, 4, 6);
        var ordered = new OrderedKeyValues(members, () => 3);
        Assert.Equal(5, await ReadAsync(ordered));
        Assert.Equal(6, await ReadAsync(ordered));
        Assert.Equal(4, members.Calls);
    }

    [Fact]
    public async Task A_write_is_a_lower_bound_and_never_repeated()
    {
        var members = new FakeKeyValues(9, 2, 9);
        var ordered = new OrderedKeyValues(members, () => 1);
        await ordered.PutAsync(new PutRequest(), Caller.Nobody, CancellationToken.None);
        Assert.Equal(9, await ReadAsync(ordered));
        Assert.Equal(3, members.Calls);
    }

    [Fact]
    public async Task When_no_member_is_as_new_the_reader_is_told()
    {
        var members = new FakeKeyValues(5, 3);
        var ordered = new OrderedKeyValues(members, () => 2);
        await ReadAsync(ordered);
        var problem = await Assert.ThrowsAsync<EtcdException>(() => ReadAsync(ordered));
        Assert.Equal(
            "etcdclient: no cluster members have a revision higher than the previously received revision",
            problem.Description);
        Assert.Equal(1 + 11, members.Calls);
    }

    private static async Task<long> ReadAsync(OrderedKeyValues ordered) =>
        (await ordered.RangeAsync(new RangeRequest(), Caller.Nobody, CancellationToken.None)).Header.Revision;
}
