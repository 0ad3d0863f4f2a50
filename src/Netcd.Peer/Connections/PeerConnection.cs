using System.Net.Sockets;

namespace Netcd.Peer.Connections;

/// <summary>A connection to a peer. <see cref="Abort"/> may come from any thread; it ends a read under way.</summary>
internal sealed class PeerConnection(Socket socket, Stream stream) : IAsyncDisposable
{
    /// <summary>What is said in the clear, over TLS or not.</summary>
    public Stream Stream { get; } = stream;

    /// <summary>Ends the connection without a word.</summary>
    public void Abort() => socket.Dispose();

    public async ValueTask DisposeAsync()
    {
        // Not a goodbye over TLS: it could wait for a peer that does not read.
        socket.Dispose();
        await Stream.DisposeAsync();
    }
}
