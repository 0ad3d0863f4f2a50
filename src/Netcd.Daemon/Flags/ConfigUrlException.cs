namespace Netcd.Daemon.Flags;

/// <summary>
/// A URL of the configuration file is none. etcd says so on standard error before there is a log, and ends.
/// </summary>
internal sealed class ConfigUrlException(string message) : FlagValueException(message);
