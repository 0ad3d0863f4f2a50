using Google.Protobuf;
using Netcd.Base;
using Netcd.Proto.EtcdServer;
using Netcd.Server.Requests;

namespace Netcd.Api.Tests.Requests;

public sealed class InternalRequestTests
{
    [Fact]
    public void Encoded_put_is_byte_for_byte_what_the_generated_message_writes()
    {
        var random = new Prng(5);
        for (var i = 0; i < 1_000; i++)
        {
            var put = Samples.Put(random);
            var id = random.NextUInt64() | 1;
            var expected = new InternalRaftRequest { Header = new RequestHeader { ID = id }, Put = put };
            Assert.Equal(
                expected.ToByteArray(),
                InternalRequestEncoder.Encode(InternalRequestKind.Put, put.ToByteArray(), id, [], 0));
        }
    }

    [Fact]
    public void Request_with_a_field_number_above_the_headers_comes_after_it()
    {
        var expected = new InternalRaftRequest
        {
            Header = new RequestHeader { ID = 9, Username = "root", AuthRevision = 4 },
            AuthUserAdd = new AuthUserAddRequest { Name = "alice", HashedPassword = "x" },
        };
        Assert.Equal(
            expected.ToByteArray(),
            InternalRequestEncoder.Encode(
                InternalRequestKind.AuthUserAdd, expected.AuthUserAdd.ToByteArray(), 9, "root"u8, 4));
    }

    [Fact]
    public void Every_request_is_found_with_header_and_body()
    {
        foreach (var kind in Enum.GetValues<InternalRequestKind>())
        {
            if (kind == InternalRequestKind.None)
            {
                continue;
            }

            var encoded = InternalRequestEncoder.Encode(kind, [0x0A, 0x01, 0x61], 77, "bob"u8, 12);
            var view = InternalRequestView.Parse(encoded);
            Assert.Equal((kind, 77UL, 12UL), (view.Kind, view.Id, view.AuthRevision));
            Assert.Equal("bob"u8, view.UserName);
            Assert.Equal(new byte[] { 0x0A, 0x01, 0x61 }, view.Message.ToArray());
            Assert.Equal((int)kind, InternalRaftRequest.Descriptor.FindFieldByNumber((int)kind)?.FieldNumber);
        }
    }

    [Fact]
    public void Old_top_level_id_comes_before_the_headers()
    {
        var request = new InternalRaftRequest { ID = 5, Header = new RequestHeader { ID = 6 }, Put = new PutRequest() };
        Assert.Equal(5UL, InternalRequestView.Parse(request.ToByteArray()).Id);
    }
}
