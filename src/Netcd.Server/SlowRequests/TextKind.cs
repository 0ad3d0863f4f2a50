namespace Netcd.Server.SlowRequests;

/// <summary>How a field is shown.</summary>
internal enum TextKind
{
    Signed,
    Unsigned,
    Bool,

    /// <summary>Bytes or a string, in quotes.</summary>
    Quoted,

    /// <summary>Only how many bytes there are: what users store is shown nowhere.</summary>
    Length,
    Enum,
    Message,
}
