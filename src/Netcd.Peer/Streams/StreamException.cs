namespace Netcd.Peer.Streams;

/// <summary>A peer's stream carries what is none of its protocol: it is closed and dialed again.</summary>
internal sealed class StreamException(string message, Exception? inner = null) : Exception(message, inner);
