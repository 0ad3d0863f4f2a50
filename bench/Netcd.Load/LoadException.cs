namespace Netcd.Load;

/// <summary>The load cannot be made: wrong options, a server that refuses or goes away.</summary>
internal sealed class LoadException(string message, Exception? innerException = null)
    : Exception(message, innerException);
