using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Netcd.Conformance.Infrastructure;

/// <summary>
/// Loopback ports that nobody else uses until this process ends, each given out once: outside the range from which the
/// kernel takes ports of clients (one of those could take the port before its server does, and a client that tries a
/// port of that range may connect to itself), and marked by a name that other runs of these tests see.
/// </summary>
internal static class FreePorts
{
    private const int First = 14000;
    private const int Last = 32000;

    private static readonly Lock Gate = new();
    private static readonly (int First, int Last) Ephemeral = ReadEphemeral();

    // Held until the process ends.
    private static readonly List<Socket> Marks = [];

    private static int _next = First + (Environment.ProcessId * 37 % (Last - First));

    public static int Take()
    {
        lock (Gate)
        {
            for (var tried = 0; tried <= Last - First; tried++)
            {
                _next = _next >= Last ? First : _next + 1;
                if ((_next < Ephemeral.First || _next > Ephemeral.Last || IsAllEphemeral) && TryMark(_next)
                    && IsFree(_next))
                {
                    return _next;
                }
            }
        }

        throw new InvalidOperationException("no port is free");
    }

    // A host that leaves no other range.
    private static bool IsAllEphemeral => Ephemeral.First <= First && Ephemeral.Last >= Last;

    // A name of the abstract namespace: it goes with the process, whatever becomes of it.
    private static bool TryMark(int port)
    {
        var mark = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            mark.Bind(new UnixDomainSocketEndPoint($"\0netcd-test-port-{port}"));
            Marks.Add(mark);
            return true;
        }
        catch (SocketException)
        {
            mark.Dispose();
            return false;
        }
    }

    private static bool IsFree(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            probe.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static (int First, int Last) ReadEphemeral()
    {
        const string Path = "/proc/sys/net/ipv4/ip_local_port_range";
        var words = File.ReadAllText(Path).Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return (int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture));
    }
}
