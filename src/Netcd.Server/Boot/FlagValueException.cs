namespace Netcd.Server.Boot;

/// <summary>A flag's value (or combination of values) is refused; the message is etcd's text.</summary>
public class FlagValueException(string message) : Exception(message);
