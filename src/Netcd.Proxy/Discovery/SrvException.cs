namespace Netcd.Proxy.Discovery;

/// <summary>SRV records could not be looked up; the message is Go's.</summary>
public sealed class SrvException(string message, Exception? inner = null) : Exception(message, inner);
