using Google.Protobuf;
using Netcd.Api.Errors;
using Netcd.Api.Validation;
using Netcd.Api.Wire;
using Netcd.Base;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Server;
using Netcd.Server.Requests;

namespace Netcd.Api.Tests.Validation;

public sealed class RequestRulesTests
{
    private static readonly Status KeyNotFound = ErrorTable.For(Refusal.KeyNotFound);

    [Fact]
    public void Key_is_checked_before_the_sort_option()
    {
        Assert.Equal(ErrorTable.EmptyKey, RequestRules.Check(new RangeRequestView { SortOrder = (SortOrder)9 }));
        Assert.Equal(
            ErrorTable.InvalidSortOption, RequestRules.Check(new RangeRequestView { Key = "a"u8, SortOrder = (SortOrder)9 }));
        Assert.Equal(
            ErrorTable.InvalidSortOption,
            RequestRules.Check(new RangeRequestView { Key = "a"u8, SortTarget = (SortTarget)(-1) }));
        Assert.Null(RequestRules.Check(new RangeRequestView { Key = "a"u8, SortTarget = SortTarget.Value }));
    }

    [Fact]
    public void Put_is_checked_for_key_then_value_then_lease()
    {
        var put = new PutRequestView { IgnoreLease = true, IgnoreValue = true, Lease = new LeaseId(1), Value = "v"u8 };
        Assert.Equal(ErrorTable.EmptyKey, RequestRules.Check(put));
        put.Key = "k"u8;
        Assert.Equal(ErrorTable.ValueProvided, RequestRules.Check(put));
        put.Value = [];
        Assert.Equal(ErrorTable.LeaseProvided, RequestRules.Check(put));
        put.Lease = LeaseId.None;
        Assert.Null(RequestRules.Check(put));
    }

    [Fact]
    public void Operations_of_a_txn_are_counted_by_the_longest_list()
    {
        Assert.Null(Check(Puts(128)));
        Assert.Equal(ErrorTable.TooManyOperations, Check(Puts(129)));
        var compares = new TxnRequest();
        for (var i = 0; i < 129; i++)
        {
            compares.Compare.Add(new Compare { Key = Key(i) });
        }

        Assert.Equal(ErrorTable.TooManyOperations, Check(compares));
    }

    [Fact]
    public void Nested_txn_has_what_its_parent_left_of_the_budget()
    {
        Assert.Null(Check(new TxnRequest { Success = { new RequestOp { RequestTxn = Puts(127) } } }));
        Assert.Equal(
            ErrorTable.TooManyOperations,
            Check(new TxnRequest { Success = { new RequestOp { RequestTxn = Puts(128) } } }));
    }

    [Theory]
    [InlineData(127, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    [InlineData(10_000, false)]
    [InlineData(100_000, false)]
    public void Deep_nesting_is_refused_as_too_many_operations(int depth, bool isFine)
    {
        var message = Samples.NestedTxn(depth, innermost: []);
        Assert.Null(WireCheck.FindProblem(RequestShapes.TxnRequest, message));
        Assert.Equal(
            isFine ? null : ErrorTable.TooManyOperations, RequestRules.Check(TxnRequestView.Parse(message), 128));
    }

    [Fact]
    public void Depth_is_bounded_even_when_operations_are_not() =>
        Assert.Equal(
            ErrorTable.TooManyOperations,
            RequestRules.Check(TxnRequestView.Parse(Samples.NestedTxn(100_000, innermost: [])), int.MaxValue));

    [Fact]
    public void Operation_without_request_is_key_not_found() =>
        Assert.Equal(KeyNotFound, Check(new TxnRequest { Success = { new RequestOp() } }));

    [Fact]
    public void Compare_without_key_is_refused_before_any_operation() =>
        Assert.Equal(
            ErrorTable.EmptyKey,
            Check(new TxnRequest { Compare = { new Compare() }, Success = { new RequestOp() } }));

    [Fact]
    public void Branch_that_does_not_run_is_checked_too() =>
        Assert.Equal(
            ErrorTable.DuplicateKey, Check(new TxnRequest { Failure = { Put("a"), Put("b"), Put("a") } }));

    public static TheoryData<string, TxnRequest, bool> Overlaps => new()
    {
        { "one put",                     new() { Success = { Put("a") } },                                         true },
        { "two keys",                    new() { Success = { Put("a"), Put("b") } },                               true },
        { "same key twice",              new() { Success = { Put("a"), Put("a") } },                               false },
        { "same key in both branches",   new() { Success = { Put("a") }, Failure = { Put("a") } },                 true },
        { "put then delete",             new() { Success = { Put("a"), Delete("a") } },                            false },
        { "delete then put",             new() { Success = { Delete("a"), Put("a") } },                            false },
        { "put in deleted range",        new() { Success = { Put("b"), Delete("a", "c") } },                       false },
        { "put at the range's end",      new() { Success = { Put("c"), Delete("a", "c") } },                       true },
        { "put below an open delete",    new() { Success = { Put("b"), Delete("a", "\0") } },                      true },
        { "delete behind its end",       new() { Success = { Put("b"), Delete("c", "a") } },                       true },
        { "two overlapping deletes",     new() { Success = { Delete("a", "c"), Delete("b", "d") } },               true },
        { "nested put, outer put",       new() { Success = { Nested([Put("a")], []), Put("a") } },                 false },
        { "nested put, outer delete",    new() { Success = { Nested([Put("a")], []), Delete("a") } },              false },
        { "nested delete, outer put",    new() { Success = { Nested([Delete("a")], []), Put("a") } },              false },
        { "then and else of one",        new() { Success = { Nested([Put("a")], [Put("a")]) } },                   true },
        { "then and else, put and del",  new() { Success = { Nested([Put("a")], [Delete("a")]) } },                true },
        { "two nested, same key",        new() { Success = { Nested([Put("a")], []), Nested([], [Put("a")]) } },   false },
        { "nested delete, later nested", new() { Success = { Nested([Delete("a")], []), Nested([Put("a")], []) } }, false },
        { "nested put, later delete",    new() { Success = { Nested([Put("a")], []), Nested([Delete("a")], []) } }, true },
    };

    [Theory]
    [MemberData(nameof(Overlaps))]
    public void Puts_and_deletes_of_a_branch_may_not_overlap(string name, TxnRequest request, bool isFine)
    {
        Assert.NotEmpty(name);
        Assert.Equal(isFine ? null : ErrorTable.DuplicateKey, Check(request));
    }

    private static Status? Check(TxnRequest request) =>
        RequestRules.Check(TxnRequestView.Parse(request.ToByteArray()), 128);

    private static TxnRequest Puts(int count)
    {
        var txn = new TxnRequest();
        for (var i = 0; i < count; i++)
        {
            txn.Success.Add(new RequestOp { RequestPut = new PutRequest { Key = Key(i) } });
        }

        return txn;
    }

    private static ByteString Key(int index) => ByteString.CopyFromUtf8($"key/{index:d6}");

    private static RequestOp Put(string key) =>
        new() { RequestPut = new PutRequest { Key = ByteString.CopyFromUtf8(key) } };

    private static RequestOp Delete(string key, string end = "") =>
        new()
        {
            RequestDeleteRange = new DeleteRangeRequest
            {
                Key = ByteString.CopyFromUtf8(key),
                RangeEnd = ByteString.CopyFromUtf8(end),
            },
        };

    private static RequestOp Nested(RequestOp[] success, RequestOp[] failure) =>
        new() { RequestTxn = new TxnRequest { Success = { success }, Failure = { failure } } };
}
