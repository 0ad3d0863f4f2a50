namespace Netcd.CommandLine;

/// <summary>
/// Nobody reads our standard output any more; the program ends without a word, as SIGPIPE would end it.
/// </summary>
public sealed class BrokenPipeException(Exception reason) : Exception("broken pipe", reason);
