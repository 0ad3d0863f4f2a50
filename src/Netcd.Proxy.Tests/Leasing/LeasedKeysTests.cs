using Google.Protobuf;
using Netcd.Proto.EtcdServer;
using Netcd.Proto.Mvcc;
using Netcd.Proxy.Kv;
using Netcd.Proxy.Leasing;
using Netcd.TestKit;

namespace Netcd.Proxy.Tests.Leasing;

public sealed class LeasedKeysTests
{
    private static readonly ByteString Key = ByteString.CopyFromUtf8("k");
    private static readonly KeyInterval Interval = new(Key, ByteString.Empty);

    private readonly ManualTime _time = new();
    private readonly LeasedKeys _keys;

    public LeasedKeysTests() => _keys = new LeasedKeys(_time);

    [Fact]
    public async Task A_write_changes_what_is_read()
    {
        Own(10, "old");
        _keys.Put(Put("new"), Header(11));
        var answer = await ReadAsync(new RangeRequest { Key = Key });
        Assert.Equal(11, answer!.Header.Revision);
        Assert.Equal("new", answer.Kvs[0].Value.ToStringUtf8());
        Assert.Equal(2, answer.Kvs[0].Version);
        _keys.Delete(Interval, Header(12));
        Assert.Empty((await ReadAsync(new RangeRequest { Key = Key }))!.Kvs);
        _keys.Put(Put("again"), Header(13));
        answer = await ReadAsync(new RangeRequest { Key = Key });
        Assert.Equal((13, 1), (answer!.Kvs[0].CreateRevision, answer.Kvs[0].Version));
    }

    [Fact]
    public async Task A_late_answer_of_an_older_write_changes_nothing()
    {
        Own(10, "value");
        _keys.Put(Put("older"), Header(9));
        _keys.Delete(Interval, Header(9));
        Assert.Equal("value", (await ReadAsync(new RangeRequest { Key = Key }))!.Kvs[0].Value.ToStringUtf8());
    }

    [Fact]
    public async Task Readers_wait_for_all_writes_that_are_on_their_way()
    {
        Own(10, "old");
        var first = _keys.Hold([Interval]);
        var second = _keys.Hold([Interval]);
        var read = ReadAsync(new RangeRequest { Key = Key }).AsTask();
        first.Dispose();
        Assert.False(read.IsCompleted);
        _keys.Put(Put("new"), Header(11));
        second.Dispose();
        Assert.Equal("new", (await read)!.Kvs[0].Value.ToStringUtf8());
    }

    [Fact]
    public async Task Filters_are_the_members()
    {
        Own(10, "value");
        Assert.Empty((await ReadAsync(new RangeRequest { Key = Key, MinModRevision = 11 }))!.Kvs);
        Assert.Empty((await ReadAsync(new RangeRequest { Key = Key, MaxCreateRevision = 1 }))!.Kvs);
        Assert.Equal(1, (await ReadAsync(new RangeRequest { Key = Key, CountOnly = true }))!.Count);
        Assert.True((await ReadAsync(new RangeRequest { Key = Key, KeysOnly = true }))!.Kvs[0].Value.IsEmpty);
    }

    [Fact]
    public void What_others_want_is_let_alone_for_a_while()
    {
        Own(10, "value");
        _keys.Evict(Key, acquired: 9);
        Assert.Equal(10, _keys.RevisionOf(Key));
        _keys.Evict(Key, acquired: 10);
        Assert.Equal(0, _keys.RevisionOf(Key));
        Assert.False(_keys.MayAcquire(Key));
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.True(_keys.MayAcquire(Key));
        _keys.BeginGivingUp(Key);
        Assert.False(_keys.MayAcquire(Key));
        _keys.EndGivingUp(Key);
        Assert.True(_keys.MayAcquire(Key));
    }

    [Fact]
    public void More_keys_than_the_limit_are_not_acquired()
    {
        for (var i = 0; i < Limits.LeasedKeysMax; i++)
        {
            Assert.True(_keys.TryAdd(ByteString.CopyFromUtf8($"{i}"), new RangeResponse { Header = Header(1) }));
        }

        Assert.False(_keys.MayAcquire(Key));
    }

    [Theory]
    [InlineData(Compare.Types.CompareTarget.Value,   true)]
    [InlineData(Compare.Types.CompareTarget.Version, true)]
    [InlineData(Compare.Types.CompareTarget.Create,  true)]
    [InlineData(Compare.Types.CompareTarget.Mod,     true)]
    [InlineData(Compare.Types.CompareTarget.Lease,   true)]
    public void Conditions_hold_as_the_members_say(Compare.Types.CompareTarget target, bool holds)
    {
        var pair = new KeyValue
        {
            Key = Key, Value = ByteString.CopyFromUtf8("v"), Version = 1, CreateRevision = 2, ModRevision = 3,
        };
        var compare = new Compare { Key = Key, Target = target, Result = Compare.Types.CompareResult.Equal };
        switch (target)
        {
            case Compare.Types.CompareTarget.Value:
                compare.Value = pair.Value;
                break;
            case Compare.Types.CompareTarget.Version:
                compare.Version = 1;
                break;
            case Compare.Types.CompareTarget.Create:
                compare.CreateRevision = 2;
                break;
            case Compare.Types.CompareTarget.Mod:
                compare.ModRevision = 3;
                break;
            default:
                compare.Lease = 0;
                break;
        }

        Assert.Equal(holds, CompareValue.Evaluate(compare, [pair]));
        compare.Result = Compare.Types.CompareResult.NotEqual;
        Assert.Equal(!holds, CompareValue.Evaluate(compare, [pair]));
    }

    [Fact]
    public void A_missing_key_has_no_value_to_compare() => Assert.False(CompareValue.Evaluate(
        new Compare { Target = Compare.Types.CompareTarget.Value, Result = Compare.Types.CompareResult.NotEqual }, []));

    private static ResponseHeader Header(long revision) => new() { Revision = revision };

    private static PutRequest Put(string value) => new() { Key = Key, Value = ByteString.CopyFromUtf8(value) };

    private void Own(long revision, string value) => _keys.TryAdd(Key, new RangeResponse
    {
        Header = Header(revision),
        Count = 1,
        Kvs =
        {
            new KeyValue
            {
                Key = Key, Value = ByteString.CopyFromUtf8(value), CreateRevision = 5, ModRevision = 5, Version = 1,
            },
        },
    });

    private ValueTask<RangeResponse?> ReadAsync(RangeRequest request) =>
        _keys.ReadAsync(request, CancellationToken.None);
}
