using Netcd.Api.Gateway.Json;
using Netcd.Grpc;

namespace Netcd.Api.Gateway;

/// <summary>What stands behind one path.</summary>
/// <param name="MethodPath">The gRPC method's path.</param>
/// <param name="Method">The method; null where it is not served.</param>
/// <param name="Request">The shape of its requests.</param>
/// <param name="Response">The shape of its answers.</param>
internal sealed record Route(string MethodPath, Method? Method, JsonShape Request, JsonShape Response);
