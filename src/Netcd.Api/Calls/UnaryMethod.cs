using Netcd.Api.Access;
using Netcd.Api.Errors;
using Netcd.Api.Inner;
using Netcd.Api.Responses;
using Netcd.Api.Wire;
using Netcd.Base.Buffers;
using Netcd.Base.Protobuf;
using Netcd.Grpc;

namespace Netcd.Api.Calls;

/// <summary>
/// A unary method: checks the message's form, then what the gate looks at, then hands over to the method. Answers and
/// counts. One object per method, used by all connections.
/// </summary>
internal abstract class UnaryMethod : IUnaryHandler
{
    private readonly MessageShape _shape;
    private readonly AccessRule _rule;

    protected UnaryMethod(ApiContext api, Rpc rpc, MessageShape shape)
    {
        Api = api;
        _shape = shape;
        _rule = AccessPolicy.Of(rpc);
        var (service, name) = AccessPolicy.NameOf(rpc);
        Method = new Method(service, name, this);
        Counters = api.Metrics.AddMethod("unary", service, name);
    }

    public Method Method { get; }

    protected ApiContext Api { get; }

    protected MethodCounters Counters { get; }

    public CallStep Invoke(in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
    {
        // As in etcd, a request that cannot be read is refused before it is counted.
        if (FindProblem(message) is { } problem)
        {
            reply.Error(ErrorTable.Malformed(problem));
            return CallStep.Done;
        }

        Counters.Started.Increment();
        Api.Metrics.ReceivedBytes.Add(message.Length);
        if (Api.Gate.Check(head, ServesLearner(message), isStream: false) is { } refusal)
        {
            return Refuse(ref reply, refusal);
        }

        return Api.Callers.MustWait(head.Metadata, out var token) && TryPark(token, head, message, ticket)
            ? CallStep.Pending
            : Handle(head, message, ref reply, ticket);
    }

    /// <summary>As Admit, for a call that waited for a read index.</summary>
    public Status? AdmitLater(Credentials credentials, out Caller caller) =>
        Api.Callers.Admit(_rule, credentials, out caller);

    /// <summary>Answers a pending call with a status; the caller flushes.</summary>
    public void Complete(CallTicket ticket, Status status)
    {
        Counters.Handled(status.Code).Increment();
        AnswerBatch.Complete(ticket, Reply.Error(status));
    }

    /// <summary>
    /// Answers a pending call with header and fields; the caller flushes. Revision 0 is the current one.
    /// </summary>
    public void Complete(CallTicket ticket, long revision, ReadOnlySpan<byte> body)
    {
        var term = Api.Member.Term;
        revision = revision == 0 ? Api.Member.Store.CurrentRevision : revision;
        var message = SharedBytes.Rent(Api.Header.Size(revision, term) + body.Length);
        var writer = new ProtoWriter(message.Span);
        Api.Header.Write(ref writer, revision, term);
        writer.Raw(body);
        Complete(ticket, message);
    }

    /// <summary>Answers a pending call with a whole message; the caller flushes.</summary>
    public void Complete(CallTicket ticket, SharedBytes message)
    {
        CountSent(message.Length);
        AnswerBatch.Complete(ticket, Reply.Of(message));
    }

    /// <summary>Answers a pending call with a message that is read as it is sent; the caller flushes.</summary>
    public void Complete(CallTicket ticket, IReplySource source)
    {
        CountSent(source.Length);
        AnswerBatch.Complete(ticket, Reply.Of(source));
    }

    protected abstract CallStep Handle(
        in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket);

    /// <summary>
    /// The caller, and the refusal by the method's rule. Every method asks this, where etcd does, and goes on only with
    /// null.
    /// </summary>
    protected Status? Admit(in CallHead head, out Caller caller) => Api.Callers.Admit(_rule, head, out caller);

    /// <summary>The decoder's text for a malformed request; null for a well-formed one.</summary>
    protected virtual string? FindProblem(ReadOnlySpan<byte> message) => WireCheck.FindProblem(_shape, message);

    /// <summary>Whether a learner may answer this request.</summary>
    protected virtual bool ServesLearner(ReadOnlySpan<byte> message) => false;

    protected CallStep Refuse(ref ReplyWriter reply, Status status)
    {
        Counters.Handled(status.Code).Increment();
        reply.Error(status);
        return CallStep.Done;
    }

    /// <summary>Answers at once with header and fields.</summary>
    protected CallStep Answer(ref ReplyWriter reply, long revision, ReadOnlySpan<byte> body)
    {
        var term = Api.Member.Term;
        var length = Api.Header.Size(revision, term) + body.Length;
        if (length > IReplySink.InlineBytesMax)
        {
            var bytes = SharedBytes.Rent(length);
            Fill(bytes.Span, body);
            return Answer(ref reply, new BytesSource(bytes));
        }

        Fill(reply.Message(length), body);
        CountSent(length);
        return CallStep.Done;

        void Fill(Span<byte> destination, ReadOnlySpan<byte> fields)
        {
            var writer = new ProtoWriter(destination);
            Api.Header.Write(ref writer, revision, term);
            writer.Raw(fields);
        }
    }

    protected CallStep Answer(ref ReplyWriter reply, IReplySource source)
    {
        CountSent(source.Length);
        reply.Source(source);
        return CallStep.Done;
    }

    protected void CountSent(long length)
    {
        Counters.Handled(StatusCode.OK).Increment();
        Api.Metrics.SentBytes.Add(length);
    }

    // Everything the head has is a view, so what the method may look at is copied.
    private bool TryPark(ReadOnlySpan<byte> token, in CallHead head, ReadOnlySpan<byte> message, CallTicket ticket)
    {
        var metadata = new KeptMetadata(head.Metadata);
        var request = message.ToArray();
        var (deadline, peer) = (head.Deadline, head.Peer);
        return Api.TokenWaits.TryPark(token.ToArray(), request.Length, () =>
        {
            var late = new LateReply();
            var reply = new ReplyWriter(late);
            if (Handle(new CallHead(Method, deadline, metadata, peer), request, ref reply, ticket) == CallStep.Done)
            {
                AnswerBatch.Complete(ticket, late.ToReply());
                AnswerBatch.Flush();
            }
        });
    }
}
