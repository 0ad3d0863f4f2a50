namespace Netcd.Grpc.Wire;

/// <summary>How a call's messages may be compressed.</summary>
public enum MessageEncoding
{
    Identity,
    Gzip,

    /// <summary>The client named an encoding that is not installed.</summary>
    Unknown,
}
