using System.Text;
using Google.Protobuf;
using Netcd.Api.Wire;
using Netcd.Base;
using Netcd.Proto.EtcdServer;

namespace Netcd.Api.Tests.Wire;

public sealed class WireCheckTests
{
    // Recorded from Go etcd 3.5.30: raw bytes as the body of a KV/Range call, text after
    // "grpc: error unmarshalling request: "; null where the bytes were accepted.
    [Theory]
    [InlineData("0a0161",                     null)]
    [InlineData("",                           null)]
    [InlineData("0a0561",                     "unexpected EOF")]
    [InlineData("80",                         "unexpected EOF")]
    [InlineData("ffffffffffffffffffff01",     "proto: integer overflow")]
    [InlineData("8a808080800100",             null)]
    [InlineData("0200",                       "proto: RangeRequest: illegal tag 0 (wire type 2)")]
    [InlineData("0000",                       "proto: RangeRequest: illegal tag 0 (wire type 0)")]
    [InlineData("0c",                         "proto: RangeRequest: wiretype end group for non-group")]
    [InlineData("0e",                         "proto: wrong wireType = 6 for field Key")]
    [InlineData("0f",                         "proto: wrong wireType = 7 for field Key")]
    [InlineData("f601",                       "proto: illegal wireType 6")]
    [InlineData("f401",                       "proto: RangeRequest: wiretype end group for non-group")]
    [InlineData("0801",                       "proto: wrong wireType = 0 for field Key")]
    [InlineData("1a0100",                     "proto: wrong wireType = 2 for field Limit")]
    [InlineData("0affffffffffffffffff01",     "proto: negative length found during unmarshaling")]
    [InlineData("f301",                       "unexpected EOF")]
    [InlineData("0a0161f301f401",             null)]
    [InlineData("0a0161f301fc01",             null)]
    [InlineData("f001",                       "unexpected EOF")]
    [InlineData("f10100",                     "unexpected EOF")]
    [InlineData("18ffffffffffffffffffff01",   "proto: integer overflow")]
    [InlineData("0a016118ffffffffffffffffff02", null)]
    public void Malformed_range_gets_the_text_of_etcds_decoder(string hex, string? problem) =>
        Assert.Equal(problem, WireCheck.FindProblem(RequestShapes.RangeRequest, Convert.FromHexString(hex)));

    [Fact]
    public void Error_inside_a_nested_message_names_the_inner_field() =>
        Assert.Equal(
            "proto: wrong wireType = 0 for field Key",
            WireCheck.FindProblem(RequestShapes.TxnRequest, Convert.FromHexString("12040a020801")));

    [Fact]
    public void Inner_length_may_not_leave_the_outer_message() =>
        Assert.Equal(
            "unexpected EOF",
            WireCheck.FindProblem(RequestShapes.TxnRequest, Convert.FromHexString("12020a051a00000000")));

    [Theory]
    [InlineData(10)]
    [InlineData(10_000)]
    [InlineData(100_000)]
    public void Nesting_of_any_depth_is_walked_without_the_threads_stack(int depth)
    {
        Assert.Null(WireCheck.FindProblem(RequestShapes.TxnRequest, Samples.NestedTxn(depth, innermost: [])));
        Assert.Equal(2 * depth, WireCheck.DepthOfLast);
        Assert.Equal(
            "proto: TxnRequest: illegal tag 0 (wire type 0)",
            WireCheck.FindProblem(RequestShapes.TxnRequest, Samples.NestedTxn(depth, innermost: [0, 0])));
    }

    [Fact]
    public void What_the_generated_messages_encode_is_well_formed()
    {
        var random = new Prng(11);
        for (var i = 0; i < 2_000; i++)
        {
            Assert.Null(WireCheck.FindProblem(RequestShapes.TxnRequest, Samples.Txn(random, 3).ToByteArray()));
            Assert.Null(WireCheck.FindProblem(RequestShapes.WatchRequest, Samples.Watch(random).ToByteArray()));
        }
    }

    [Fact]
    public void What_is_found_well_formed_the_views_can_parse()
    {
        var random = new Prng(12);
        var accepted = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var message = Samples.Txn(random, 2).ToByteArray();
            for (var flips = random.Next(0, 3); flips > 0 && message.Length > 0; flips--)
            {
                message[random.Next(message.Length)] = (byte)random.NextUInt64();
            }

            if (WireCheck.FindProblem(RequestShapes.TxnRequest, message) is null)
            {
                Samples.Walk(message);
                accepted++;
            }
        }

        Assert.InRange(accepted, 20_000, 49_000);
    }

    [Fact]
    public void Shapes_are_those_of_the_proto_files()
    {
        foreach (var file in new[] { RpcReflection.Descriptor, Proto.Lock.LockReflection.Descriptor,
            Proto.Election.ElectionReflection.Descriptor })
        {
            foreach (var message in file.MessageTypes)
            {
                if (message.Name.EndsWith("Request", StringComparison.Ordinal) && !Samples.IsInternal(message.Name))
                {
                    var shape = typeof(RequestShapes).GetField(message.Name)?.GetValue(null) as MessageShape;
                    Assert.True(shape is not null, message.Name);
                    AssertSame(message, shape);
                }
            }
        }
    }

    private static void AssertSame(Google.Protobuf.Reflection.MessageDescriptor message, MessageShape shape)
    {
        Assert.Equal(message.Name, shape.Name);
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            var found = shape.Find(field.FieldNumber);
            Assert.True(found is not null, field.FullName);
            var expected = field.FieldType switch
            {
                Google.Protobuf.Reflection.FieldType.Message => FieldKind.Message,
                Google.Protobuf.Reflection.FieldType.Bytes or Google.Protobuf.Reflection.FieldType.String =>
                    FieldKind.Bytes,
                _ => field.IsRepeated ? FieldKind.RepeatedVarint : FieldKind.Varint,
            };
            Assert.Equal((field.FullName, expected), (field.FullName, found.Kind));
            Assert.Equal(GoName(field.Name), found.GoName);
            if (found.Inner is { } inner && !string.Equals(field.Name, "request_txn", StringComparison.Ordinal))
            {
                AssertSame(field.MessageType, inner);
            }
        }
    }

    private static string GoName(string name)
    {
        var text = new StringBuilder();
        foreach (var part in name.Split('_'))
        {
            text.Append(char.ToUpperInvariant(part[0])).Append(part, 1, part.Length - 1);
        }

        return text.ToString();
    }
}
