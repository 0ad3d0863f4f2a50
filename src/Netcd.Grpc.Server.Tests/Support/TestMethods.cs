namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>A service with one method for each way a handler can behave.</summary>
public sealed class TestMethods : IDisposable
{
    public const string Service = "test.Service";

    public TestMethods()
    {
        Table = new MethodTable(
        [
            new Method(Service, "Echo", new UnaryHandler(Echo)),
            new Method(Service, "Refuse", new UnaryHandler(Refuse)),
            new Method(Service, "Throw", new UnaryHandler(Throw)),
            new Method(Service, "Malformed", new UnaryHandler(Malformed)),
            new Method(Service, "Metadata", new UnaryHandler(Metadata)),
            new Method(Service, "WhoAmI", new UnaryHandler(WhoAmI)),
            new Method(Service, "Large", new UnaryHandler(Large)),
            new Method(Service, "Later", Later),
            new Method(Service, "Never", Never),
            new Method(Service, "Chat", Chat, clientStreaming: true, serverStreaming: true),
            new Method(Service, "Download", Download, clientStreaming: false, serverStreaming: true),
        ]);
    }

    public MethodTable Table { get; }

    /// <summary>Sources of "Large" answers made and released.</summary>
    public SourceCounter Sources { get; } = new();

    /// <summary>Answers from a thread of its own, in batches.</summary>
    public LaterHandler Later { get; } = new();

    /// <summary>Leaves calls pending until the test completes them.</summary>
    public PendingHandler Never { get; } = new();

    /// <summary>Echoes each message; commands in the text end it in different ways.</summary>
    public ChatHandler Chat { get; } = new();

    /// <summary>"count size": so many messages of that size, as fast as the client reads.</summary>
    public DownloadHandler Download { get; } = new();

    public void Dispose() => Later.Dispose();

    private static CallStep Echo(in CallHead head, ReadOnlySpan<byte> message, ReplyWriter reply, CallTicket ticket)
    {
        message.CopyTo(reply.Message(message.Length));
        return CallStep.Done;
    }

    private static CallStep Refuse(in CallHead head, ReadOnlySpan<byte> message, ReplyWriter reply, CallTicket ticket)
    {
        reply.Error(new Status(StatusCode.FailedPrecondition, "netcd: 50% of naïve\nclients ☃"));
        return CallStep.Done;
    }

    private static CallStep Throw(in CallHead head, ReadOnlySpan<byte> message, ReplyWriter reply, CallTicket ticket) =>
        throw new InvalidOperationException("the handler broke");

    private static CallStep Malformed(
        in CallHead head, ReadOnlySpan<byte> message, ReplyWriter reply, CallTicket ticket) =>
        throw new Netcd.Base.Protobuf.ProtoException("wrong wireType = 7 for field Key");

    private static CallStep Metadata(in CallHead head, ReadOnlySpan<byte> message, ReplyWriter reply, CallTicket ticket)
    {
        var key = System.Text.Encoding.UTF8.GetString(message);
        if (!head.Metadata.TryGetValue(key, out var value))
        {
            reply.Error(new Status(StatusCode.NotFound, key));
            return CallStep.Done;
        }

        value.CopyTo(reply.Message(value.Length));
        return CallStep.Done;
    }

    private static CallStep WhoAmI(in CallHead head, ReadOnlySpan<byte> message, ReplyWriter reply, CallTicket ticket)
    {
        var name = System.Text.Encoding.UTF8.GetBytes(head.Peer.CommonName);
        name.CopyTo(reply.Message(name.Length));
        return CallStep.Done;
    }

    private CallStep Large(in CallHead head, ReadOnlySpan<byte> message, ReplyWriter reply, CallTicket ticket)
    {
        reply.Source(new CountingSource(BitConverter.ToInt64(message), Sources));
        return CallStep.Done;
    }
}
