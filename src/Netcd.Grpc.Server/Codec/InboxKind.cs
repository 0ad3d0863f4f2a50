namespace Netcd.Grpc.Server.Codec;

internal enum InboxKind
{
    /// <summary>A pending unary call's answer.</summary>
    Reply,

    /// <summary>A stream or web answer has something to send.</summary>
    Output,

    /// <summary>A call's deadline passed; stream 0 is the connection's own clock.</summary>
    Deadline,

    /// <summary>A web request's body was consumed by so many bytes.</summary>
    Credit,

    /// <summary>A web request is given up.</summary>
    Reset,
}
