namespace Netcd.CommandLine.Completion;

/// <summary>The command line that shall be completed is wrong already.</summary>
internal sealed class CompletionException(string message) : Exception(message);
