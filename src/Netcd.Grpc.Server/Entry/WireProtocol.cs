namespace Netcd.Grpc.Server.Entry;

/// <summary>What a connection speaks.</summary>
internal enum WireProtocol
{
    Closed,
    Tls,
    Http1,
    Http2,
}
