namespace Netcd.Daemon.Flags;

/// <summary>A flag's value (or combination of values) is refused; the message is etcd's text.</summary>
internal sealed class FlagValueException(string message) : Exception(message);
