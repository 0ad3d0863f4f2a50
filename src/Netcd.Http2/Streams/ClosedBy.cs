namespace Netcd.Http2.Streams;

/// <summary>What ended a stream, as far as it decides about frames that come after.</summary>
internal enum ClosedBy : byte
{
    /// <summary>Not remembered any more.</summary>
    Unknown,

    /// <summary>Both sides sent END_STREAM: nothing may follow.</summary>
    EndStream,

    /// <summary>The client reset it: nothing may follow, but only the stream is to blame.</summary>
    ClientReset,

    /// <summary>We reset, refused or ignored it: the client may not have known, anything may follow.</summary>
    Us,
}
