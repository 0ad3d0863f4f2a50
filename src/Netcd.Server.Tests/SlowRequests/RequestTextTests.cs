using Netcd.Base.Protobuf;
using Netcd.Server.SlowRequests;

namespace Netcd.Server.Tests.SlowRequests;

/// <summary>The texts themselves are compared with etcd's in Netcd.Conformance; here is what etcd has no bound for.</summary>
public sealed class RequestTextTests
{
    [Fact]
    public void Long_requests_are_cut()
    {
        var text = RequestText.OfPut(Field(1, new byte[1_500_000]));
        Assert.Equal((32 * 1024) + 3, text.Length);
        Assert.EndsWith("...", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_transaction_of_many_operations_ends_where_the_text_does()
    {
        var put = Field(2, Field(2, Field(1, new byte[1000])));
        var text = RequestText.OfTxn([.. Enumerable.Repeat(put, 1000).SelectMany(bytes => bytes)]);
        Assert.Equal((32 * 1024) + 3, text.Length);
    }

    [Fact]
    public void Transactions_may_be_nested_deeper_than_a_stack()
    {
        byte[] message = [];
        for (var i = 0; i < 5_000; i++)
        {
            message = Field(2, Field(4, message));
        }

        Assert.Contains("...", RequestText.OfTxn(message), StringComparison.Ordinal);
    }

    private static byte[] Field(int number, byte[] value)
    {
        var bytes = new byte[ProtoSize.Delimited(number, value.Length)];
        var writer = new ProtoWriter(bytes);
        writer.Delimited(number, value);
        return bytes;
    }
}
