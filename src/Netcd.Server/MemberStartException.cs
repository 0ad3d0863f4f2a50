namespace Netcd.Server;

/// <summary>
/// The member cannot start with the flags and the data it was given; the message is for the operator.
/// </summary>
public sealed class MemberStartException(string message) : Exception(message);
