namespace Netcd.Grpc;

/// <summary>
/// What a call's request headers say. A view: valid until the handler's method returns; copy what must be kept.
/// </summary>
/// <param name="method">The method called, as registered.</param>
/// <param name="deadline">
/// <see cref="TimeProvider.GetTimestamp"/> value at which the call expires; 0 for none. The transport answers an
/// expired call itself.
/// </param>
/// <param name="metadata">Request metadata.</param>
/// <param name="peer">Who is at the other end of the connection.</param>
public readonly ref struct CallHead(Method method, long deadline, IMetadata metadata, PeerIdentity peer)
{
    public Method Method { get; } = method;

    public long Deadline { get; } = deadline;

    public IMetadata Metadata { get; } = metadata;

    public PeerIdentity Peer { get; } = peer;
}
