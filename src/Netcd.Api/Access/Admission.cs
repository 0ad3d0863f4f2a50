using Netcd.Grpc;

namespace Netcd.Api.Access;

/// <summary>What was found out about a call's caller when it came, for when the call goes on elsewhere.</summary>
/// <param name="Refusal">Why not to go on; null to go on.</param>
/// <param name="Caller">Who it is.</param>
internal readonly record struct Admission(Status? Refusal, Caller Caller);
