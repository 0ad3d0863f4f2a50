using System.Collections.Concurrent;
using Netcd.Base;
using Netcd.Raft.Messages;
using Netcd.Server.Peers;

namespace Netcd.Server.Tests.Cluster;

/// <summary>
/// Members of one process, joined by method calls: what one sends is in the other's queue at once, unless the link is
/// cut. Links have a direction.
/// </summary>
internal sealed class MemoryNetwork
{
    private readonly ConcurrentDictionary<MemberId, IPeerHost> _hosts = new();
    private readonly ConcurrentDictionary<(MemberId From, MemberId To), bool> _cut = new();

    /// <summary>Looks at each message before it is delivered; false loses it.</summary>
    internal Func<Message, bool>? Filter { get; set; }

    internal MemoryTransport NewTransport() => new(this);

    internal void Cut(MemberId from, MemberId to) => _cut[(from, to)] = true;

    internal void Isolate(MemberId member, IEnumerable<MemberId> others)
    {
        foreach (var other in others)
        {
            Cut(member, other);
            Cut(other, member);
        }
    }

    internal void Heal() => _cut.Clear();

    internal void Attach(IPeerHost host) => _hosts[host.Id] = host;

    internal void Detach(IPeerHost host) => _hosts.TryRemove(KeyValuePair.Create(host.Id, host));

    internal IPeerHost HostOf(MemberId member) => _hosts[member];

    internal bool TryFind(MemberId from, MemberId to, out IPeerHost host)
    {
        host = null!; // Set whenever true is returned.
        return !_cut.ContainsKey((from, to)) && _hosts.TryGetValue(to, out host!); // As above.
    }

    internal bool Passes(Message message) => Filter?.Invoke(message) ?? true;
}
