using System.Net;
using System.Net.Sockets;

namespace Netcd.Server.Boot;

/// <summary>Finds the addresses of a host name; throws <see cref="SocketException"/> if there are none.</summary>
public delegate Task<IPAddress[]> HostLookup(string host, CancellationToken cancellation);
