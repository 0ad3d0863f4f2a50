namespace Netcd.Daemon;

/// <summary>The start is refused; the message is what the last line of the log says.</summary>
internal sealed class StartException(string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Whether it is a client listener that cannot serve: Go etcd has another last line for that.</summary>
    public bool IsOfListener { get; init; }
}
