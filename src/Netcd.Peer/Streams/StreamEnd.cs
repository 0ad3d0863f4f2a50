namespace Netcd.Peer.Streams;

/// <summary>How a dial, or the stream that it opened, ended.</summary>
internal enum StreamEnd
{
    /// <summary>The host refuses connections: nobody listens there.</summary>
    Refused = 0,

    /// <summary>The connection broke off, or the peer ended the stream: its process may be gone.</summary>
    Broken,

    /// <summary>The peer answered, but not with a stream.</summary>
    Declined,

    /// <summary>Anything else: no way there, no answer in time, bytes that are no stream.</summary>
    Failed,

    /// <summary>410: this member was removed for good.</summary>
    Removed,
}
