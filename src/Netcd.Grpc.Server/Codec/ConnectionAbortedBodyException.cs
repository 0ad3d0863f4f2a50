namespace Netcd.Grpc.Server.Codec;

/// <summary>The client left before the end of its request.</summary>
internal sealed class ConnectionAbortedBodyException() : IOException("the client aborted the request");
