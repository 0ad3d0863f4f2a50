namespace Netcd.Grpc;

/// <summary>How a call ended. The message is plain text; the transport percent-encodes it for the wire.</summary>
public sealed record Status(StatusCode Code, string Message)
{
    public static readonly Status OK = new(StatusCode.OK, "");

    public bool IsOK => Code == StatusCode.OK;
}
