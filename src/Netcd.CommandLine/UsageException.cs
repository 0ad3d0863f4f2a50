namespace Netcd.CommandLine;

/// <summary>The command was called wrongly: its usage is shown with the message, exit code 1.</summary>
public sealed class UsageException(string message) : Exception(message);
