namespace Netcd.Ctl.Commands.Kv;

/// <summary>A line of the interactive mode asks for a watch that is none; the next line may be better.</summary>
internal sealed class WatchLineException(string message) : Exception(message);
