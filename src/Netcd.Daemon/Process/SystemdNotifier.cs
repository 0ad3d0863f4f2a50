using System.Net.Sockets;
using System.Text;

namespace Netcd.Daemon.Process;

/// <summary>Tells the init system that the member is ready; source: sd_notify(3).</summary>
internal static class SystemdNotifier
{
    /// <summary>
    /// Sends <c>READY=1</c> to the socket that <c>NOTIFY_SOCKET</c> names; nothing to do without one.
    /// </summary>
    /// <returns>The problem, or null when it was sent or was not wanted.</returns>
    public static string? NotifyReady(string? socketName)
    {
        if (string.IsNullOrEmpty(socketName))
        {
            return null;
        }

        try
        {
            // A leading @ names a socket in the abstract namespace, which .NET spells with a NUL.
            var path = socketName[0] == '@' ? "\0" + socketName[1..] : socketName;
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Send(Encoding.ASCII.GetBytes("READY=1"));
            return null;
        }
        catch (SocketException problem)
        {
            return problem.Message;
        }
    }
}
