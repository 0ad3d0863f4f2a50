namespace Netcd.Offline;

/// <summary>
/// The operation is refused or has failed; the message is for the operator, in etcd's words where it has them.
/// </summary>
public sealed class OfflineException(string message, Exception? innerException = null)
    : Exception(message, innerException);
