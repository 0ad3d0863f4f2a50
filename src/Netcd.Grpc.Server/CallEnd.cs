using System.Runtime.InteropServices;

namespace Netcd.Grpc.Server;

/// <summary>How a call ended.</summary>
/// <param name="State">What <see cref="ICallObserver.Began"/> returned, if it was called.</param>
/// <param name="Method">The method.</param>
/// <param name="Code">Its status.</param>
/// <param name="Took">From the request to the answer's hand-over to the connection.</param>
/// <param name="Peer">Who called.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CallEnd(
    object? State, Method Method, StatusCode Code, TimeSpan Took, PeerIdentity Peer);
