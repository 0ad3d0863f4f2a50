using Netcd.Grpc;

namespace Netcd.Api.Gateway;

/// <summary>A call with one request and one answer, however its handler is made.</summary>
internal interface IPendingCall
{
    /// <summary>The answer, which is then the caller's.</summary>
    Task<UnaryReply> Reply { get; }

    /// <summary>Begins the call; once.</summary>
    void Invoke(ReadOnlySpan<byte> message, long deadline, IMetadata metadata, PeerIdentity peer);

    /// <summary>Nobody waits any more; any thread.</summary>
    void Expire(StreamCloseReason reason);
}
