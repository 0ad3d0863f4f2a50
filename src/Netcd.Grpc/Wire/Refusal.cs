namespace Netcd.Grpc.Wire;

/// <summary>An answer to a request whose headers are wrong: one header block, stream ended.</summary>
/// <param name="HttpStatus">The <c>:status</c>.</param>
/// <param name="Status">The status sent beside it.</param>
public sealed record Refusal(int HttpStatus, Status Status);
