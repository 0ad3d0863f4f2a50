namespace Netcd.Daemon.Discovery;

/// <summary>The discovery service cannot be reached, or refuses.</summary>
internal sealed class RegistryException(string message, Exception? innerException = null)
    : Exception(message, innerException);
