namespace Netcd.Daemon.Discovery;

/// <summary>The other members could not be found, in etcd's words.</summary>
internal sealed class DiscoveryException(string message, Exception? innerException = null)
    : Exception(message, innerException);
