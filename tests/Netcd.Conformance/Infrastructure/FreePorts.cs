using System.Net;
using System.Net.Sockets;

namespace Netcd.Conformance.Infrastructure;

/// <summary>
/// Loopback ports below the ephemeral range (a client probing a port inside it may connect to itself), each given out
/// once in this process.
/// </summary>
internal static class FreePorts
{
    private const int First = 14000;
    private const int Last = 32000;

    private static readonly Lock Gate = new();
    private static int _next = First + (Environment.ProcessId * 37 % (Last - First));

    public static int Take()
    {
        lock (Gate)
        {
            while (true)
            {
                _next = _next >= Last ? First : _next + 1;
                using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    probe.Bind(new IPEndPoint(IPAddress.Loopback, _next));
                    return _next;
                }
                catch (SocketException)
                {
                    // Taken by somebody else: the next one.
                }
            }
        }
    }
}
