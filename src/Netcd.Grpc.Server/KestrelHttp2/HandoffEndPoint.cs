using System.Net;

namespace Netcd.Grpc.Server.KestrelHttp2;

/// <summary>The address of <see cref="HandoffListener"/> in Kestrel's configuration; nothing listens there.</summary>
internal sealed class HandoffEndPoint : EndPoint
{
    public override string ToString() => "handed over";
}
