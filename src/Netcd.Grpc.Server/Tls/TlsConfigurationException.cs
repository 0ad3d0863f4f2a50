namespace Netcd.Grpc.Server.Tls;

/// <summary>TLS flags or files with which no listener can start. The message is etcd's where etcd has one.</summary>
public sealed class TlsConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
