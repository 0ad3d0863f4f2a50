using Google.Protobuf;
using Netcd.Api.Access;
using Netcd.Api.Errors;
using Netcd.Api.Wire;
using Netcd.Base.Buffers;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;

namespace Netcd.Api.Calls;

/// <summary>A method off the hot paths, with generated messages.</summary>
internal abstract class MessageMethod<TRequest>(
    ApiContext api, Rpc rpc, MessageShape shape, MessageParser<TRequest> parser)
    : UnaryMethod(api, rpc, shape)
    where TRequest : class, IMessage<TRequest>
{
    /// <summary>Answers a pending call and sends the answer.</summary>
    public void Finish(CallTicket ticket, IMessage response)
    {
        var bytes = SharedBytes.Rent(response.CalculateSize());
        response.WriteTo(bytes.Span);
        Complete(ticket, bytes);
        AnswerBatch.Flush();
    }

    /// <inheritdoc cref="Finish(CallTicket, IMessage)"/>
    public void Finish(CallTicket ticket, Status status)
    {
        Complete(ticket, status);
        AnswerBatch.Flush();
    }

    protected sealed override CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        TRequest request;
        try
        {
            request = parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException problem)
        {
            // Stricter than etcd's decoder on tags of more than 32 bits only.
            return Refuse(ref reply, ErrorTable.Malformed(problem.Message));
        }

        return Handle(head, request, ref reply, ticket);
    }

    protected abstract CallStep Handle(in CallHead head, TRequest request, ref ReplyWriter reply, CallTicket ticket);

    /// <summary>Answers at once.</summary>
    protected CallStep Answer(ref ReplyWriter reply, IMessage response)
    {
        var length = response.CalculateSize();
        response.WriteTo(reply.Message(length));
        CountSent(length);
        return CallStep.Done;
    }

    /// <summary>Header with all four fields.</summary>
    protected ResponseHeader FullHeader() => Header(Api.Member.Store.CurrentRevision);

    /// <summary>Header without revision, as membership answers have it.</summary>
    protected ResponseHeader ClusterHeader() => Header(0);

    protected ResponseHeader Header(long revision) => new()
    {
        ClusterId = Api.Member.ClusterId,
        MemberId = Api.Member.Id.Value,
        RaftTerm = Api.Member.Term.Value,
        Revision = revision,
    };
}
