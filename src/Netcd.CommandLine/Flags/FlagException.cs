namespace Netcd.CommandLine.Flags;

/// <summary>A flag that does not exist, lacks its value or refuses it; the message is pflag's.</summary>
public sealed class FlagException(string message) : Exception(message);
