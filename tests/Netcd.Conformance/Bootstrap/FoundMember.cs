using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Bootstrap;

/// <summary>A member that finds the others by itself.</summary>
internal sealed class FoundMember(ServerKind kind, string name, string dataDirectory)
{
    public ServerKind Kind { get; } = kind;

    public string Name { get; } = name;

    public string DataDirectory { get; } = dataDirectory;

    public string ClientUrl { get; } = $"http://127.0.0.1:{FreePorts.Take()}";

    public string PeerUrl { get; } = $"http://127.0.0.1:{FreePorts.Take()}";

    public EtcdServer? Server { get; set; }
}
