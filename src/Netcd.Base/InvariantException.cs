namespace Netcd.Base;

/// <summary>
/// This program broke one of its own rules. Nobody catches it but the loop that then stops the process.
/// </summary>
public sealed class InvariantException(string message) : Exception(message);
