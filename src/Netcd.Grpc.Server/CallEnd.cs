using System.Runtime.InteropServices;

namespace Netcd.Grpc.Server;

/// <summary>How a call ended.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly ref struct CallEnd
{
    /// <summary>What <see cref="ICallObserver.Began"/> returned, if it was called.</summary>
    public object? State { get; init; }

    public required Method Method { get; init; }

    public StatusCode Code { get; init; }

    /// <summary>From the request to the answer's hand-over to the connection.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>Who called.</summary>
    public required PeerIdentity Peer { get; init; }

    /// <summary>A unary call's message, if it is still at hand.</summary>
    public ReadOnlySpan<byte> Request { get; init; }

    /// <summary>Its answer, if it succeeded and is at hand whole.</summary>
    public ReadOnlySpan<byte> Answer { get; init; }

    /// <summary>Where a long answer comes from.</summary>
    public IReplySource? Source { get; init; }
}
