using Google.Protobuf;
using Google.Protobuf.Collections;
using Netcd.Api.Requests;
using Netcd.Base;
using Netcd.Proto.EtcdServer;
using Netcd.Server.Requests;

namespace Netcd.Api.Tests.Requests;

public sealed class RequestViewTests
{
    private const int Rounds = 3_000;

    [Fact]
    public void Range_reads_what_the_generated_message_wrote()
    {
        var random = new Prng(1);
        for (var i = 0; i < Rounds; i++)
        {
            AssertSame(Samples.Range(random));
        }
    }

    [Fact]
    public void Put_reads_what_the_generated_message_wrote()
    {
        var random = new Prng(2);
        for (var i = 0; i < Rounds; i++)
        {
            AssertSame(Samples.Put(random));
        }
    }

    [Fact]
    public void Txn_reads_what_the_generated_message_wrote_at_every_level()
    {
        var random = new Prng(3);
        for (var i = 0; i < Rounds; i++)
        {
            var txn = Samples.Txn(random, 3);
            AssertSame(txn, txn.ToByteArray());
        }
    }

    [Fact]
    public void Watch_create_reads_what_the_generated_message_wrote()
    {
        var random = new Prng(4);
        for (var i = 0; i < Rounds; i++)
        {
            var request = Samples.Watch(random);
            var view = WatchRequestView.Parse(request.ToByteArray());
            Assert.Equal((int)request.RequestUnionCase, (int)view.Kind);
            if (request.CreateRequest is not { } expected)
            {
                continue;
            }

            var create = WatchCreateView.Parse(view.Message);
            Assert.Equal(expected.Key.Span, create.Key);
            Assert.Equal(expected.RangeEnd.Span, create.RangeEnd);
            Assert.Equal(
                (expected.StartRevision, expected.ProgressNotify, expected.PrevKv, expected.WatchId, expected.Fragment),
                (create.StartRevision, create.ProgressNotify, create.PreviousWanted, create.WatchId, create.Fragment));
            Assert.Equal(expected.Filters.Contains(WatchCreateRequest.Types.FilterType.Noput), create.NoPut);
            Assert.Equal(expected.Filters.Contains(WatchCreateRequest.Types.FilterType.Nodelete), create.NoDelete);
        }
    }

    [Fact]
    public void Watch_filters_are_read_packed_and_unpacked()
    {
        Assert.True(WatchCreateView.Parse([0x28, 0x00]).NoPut);
        Assert.True(WatchCreateView.Parse([0x2A, 0x02, 0x00, 0x01]).NoDelete);
    }

    [Fact]
    public void Last_of_several_union_members_wins()
    {
        var operation = RequestOpView.Parse(Convert.FromHexString("0a03" + "0a0161" + "1203" + "0a0162"));
        Assert.Equal(RequestOpKind.Put, operation.Kind);
        Assert.Equal("b"u8, PutRequestView.Parse(operation.Message).Key);
    }

    [Fact]
    public void Operand_that_does_not_fit_the_target_counts_as_zero()
    {
        var compare = new Compare { Target = Compare.Types.CompareTarget.Mod, Version = 7 };
        Assert.Equal(0, CompareView.Parse(compare.ToByteArray()).Number);
        compare = new Compare { Target = Compare.Types.CompareTarget.Value, Version = 7 };
        Assert.True(CompareView.Parse(compare.ToByteArray()).Value.IsEmpty);
    }

    private static void AssertSame(RangeRequest expected)
    {
        var view = RangeRequestView.Parse(expected.ToByteArray());
        Assert.Equal(expected.Key.Span, view.Key);
        Assert.Equal(expected.RangeEnd.Span, view.RangeEnd);
        Assert.Equal(
            (expected.Limit, expected.Revision, (int)expected.SortOrder, (int)expected.SortTarget,
                expected.Serializable, expected.KeysOnly, expected.CountOnly),
            (view.Limit, view.Revision, (int)view.SortOrder, (int)view.SortTarget,
                view.IsSerializable, view.KeysOnly, view.CountOnly));
        Assert.Equal(
            (expected.MinModRevision, expected.MaxModRevision, expected.MinCreateRevision, expected.MaxCreateRevision),
            (view.MinModRevision, view.MaxModRevision, view.MinCreateRevision, view.MaxCreateRevision));
    }

    private static void AssertSame(PutRequest expected)
    {
        var view = PutRequestView.Parse(expected.ToByteArray());
        Assert.Equal(expected.Key.Span, view.Key);
        Assert.Equal(expected.Value.Span, view.Value);
        Assert.Equal(
            (expected.Lease, expected.PrevKv, expected.IgnoreValue, expected.IgnoreLease),
            (view.Lease.Value, view.PreviousWanted, view.IgnoreValue, view.IgnoreLease));
    }

    private static void AssertSame(Compare expected, ReadOnlySpan<byte> message)
    {
        var view = CompareView.Parse(message);
        Assert.Equal(expected.Key.Span, view.Key);
        Assert.Equal(expected.RangeEnd.Span, view.RangeEnd);
        Assert.Equal(((int)expected.Result, (int)expected.Target), ((int)view.Result, (int)view.Target));
        var number = expected.Target switch
        {
            Compare.Types.CompareTarget.Version => expected.HasVersion ? expected.Version : 0,
            Compare.Types.CompareTarget.Create => expected.HasCreateRevision ? expected.CreateRevision : 0,
            Compare.Types.CompareTarget.Mod => expected.HasModRevision ? expected.ModRevision : 0,
            Compare.Types.CompareTarget.Lease => expected.HasLease ? expected.Lease : 0,
            _ => 0,
        };
        Assert.Equal(number, view.Number);
        Assert.Equal(expected.HasValue ? expected.Value.Span : default, view.Value);
    }

    private static void AssertSame(TxnRequest expected, ReadOnlySpan<byte> message)
    {
        var view = TxnRequestView.Parse(message);
        Assert.Equal(
            (expected.Compare.Count, expected.Success.Count, expected.Failure.Count),
            (view.CompareCount, view.SuccessCount, view.FailureCount));
        var index = 0;
        foreach (var compare in view.Compares)
        {
            AssertSame(expected.Compare[index++], compare);
        }

        AssertSame(expected.Success, view.Success);
        AssertSame(expected.Failure, view.Failure);
    }

    private static void AssertSame(RepeatedField<RequestOp> expected, RepeatedMessages operations)
    {
        var index = 0;
        foreach (var message in operations)
        {
            var operation = RequestOpView.Parse(message);
            var wanted = expected[index++];
            Assert.Equal((int)wanted.RequestCase, (int)operation.Kind);
            switch (operation.Kind)
            {
                case RequestOpKind.Range: AssertSame(wanted.RequestRange); break;
                case RequestOpKind.Put: AssertSame(wanted.RequestPut); break;
                case RequestOpKind.Txn: AssertSame(wanted.RequestTxn, operation.Message); break;
                case RequestOpKind.DeleteRange:
                    var delete = DeleteRangeRequestView.Parse(operation.Message);
                    Assert.Equal(wanted.RequestDeleteRange.Key.Span, delete.Key);
                    Assert.Equal(wanted.RequestDeleteRange.RangeEnd.Span, delete.RangeEnd);
                    Assert.Equal(wanted.RequestDeleteRange.PrevKv, delete.PreviousWanted);
                    break;
            }
        }

        Assert.Equal(expected.Count, index);
    }
}
