namespace Netcd.Daemon;

/// <summary>The start is refused; the message is what the last line of the log says.</summary>
internal sealed class StartException(string message, Exception? innerException = null)
    : Exception(message, innerException);
