namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>Which HTTP/2 implementation drives the handlers.</summary>
public enum Feed
{
    Kestrel,
    Codec,
}
