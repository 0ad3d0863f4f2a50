using System.Net.Sockets;
using System.Security.Authentication;
using Netcd.Client.Endpoints;

namespace Netcd.Client.Calls;

/// <summary>Go's words for a connection that could not be made (net, crypto/tls, grpc's balancer).</summary>
internal static class DialErrors
{
    public static string TextOf(Endpoint endpoint, Exception? problem)
    {
        var (network, address) = endpoint.UnixPath is { } path ? ("unix", path) : ("tcp", endpoint.Address.Authority);
        for (var inner = problem; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData }:
                    return Dialing($"dial {network}: lookup {endpoint.Address.DnsSafeHost}: no such host");
                case SocketException socket:
                    return Dialing($"dial {network} {address}: {Words(socket)}");
                case AuthenticationException:
                    return $"connection error: desc = \"transport: authentication handshake failed: {inner.Message}\"";
                default:
                    break;
            }
        }

        return Dialing($"dial {network} {address}: i/o timeout");
    }

    private static string Dialing(string text) =>
        $"connection error: desc = \"transport: Error while dialing: {text}\"";

    private static string Words(SocketException problem) => problem.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connect: connection refused",
        SocketError.HostUnreachable => "connect: no route to host",
        SocketError.NetworkUnreachable => "connect: network is unreachable",
        SocketError.AddressNotAvailable => "connect: cannot assign requested address",
        SocketError.AccessDenied => "connect: permission denied",
        SocketError.TimedOut => "connect: connection timed out",
        _ => $"connect: {problem.Message.ToLowerInvariant()}",
    };
}
