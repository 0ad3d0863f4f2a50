using Netcd.Grpc.Client;

namespace Netcd.Client.Endpoints;

/// <summary>One endpoint, its channel, and its health, which its set's lock guards.</summary>
internal sealed class EndpointState(Endpoint endpoint, GrpcChannel channel)
{
    public Endpoint Endpoint { get; } = endpoint;

    public GrpcChannel Channel { get; } = channel;

    /// <summary>How long it was last left out; zero for a healthy one.</summary>
    public TimeSpan Pause { get; set; }

    /// <summary>Timestamp from which it may be tried again.</summary>
    public long RetryAt { get; set; }
}
