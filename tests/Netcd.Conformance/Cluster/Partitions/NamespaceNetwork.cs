using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Cluster.Partitions;

/// <summary>
/// A network namespace for each member, all joined by a bridge on which the test has an address too. Rules in the
/// namespaces drop packets between members; the test itself reaches every member always. Nothing is left behind.
/// </summary>
internal sealed class NamespaceNetwork : IClusterNetwork, IAsyncDisposable
{
    private const int Mask = 24;

    private static int _made;

    private readonly string _id;
    private readonly string _subnet;
    private readonly int _size;

    private NamespaceNetwork(int size)
    {
        var number = Interlocked.Increment(ref _made);
        _size = size;
        _id = $"nc{Environment.ProcessId % 100_000}x{number}";
        _subnet = $"10.{200 + (Environment.ProcessId % 50)}.{number}";
    }

    private string Bridge => $"{_id}b";

    public static async Task<NamespaceNetwork> CreateAsync(int size)
    {
        var network = new NamespaceNetwork(size);
        try
        {
            await network.CreateAsync();
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    public string HostOf(int number) => $"{_subnet}.{number + 1}";

    public IReadOnlyList<string> RunnerOf(int number) => ["ip", "netns", "exec", NamespaceOf(number)];

    /// <summary>Nothing that one member sends reaches the other; the way back stays open.</summary>
    public Task CutOneWayAsync(int from, int to) => DropAsync(from, to, "drop");

    public async Task CutAsync(int one, int other)
    {
        await CutOneWayAsync(one, other);
        await CutOneWayAsync(other, one);
    }

    /// <summary>No packet between members of different groups arrives.</summary>
    public async Task SplitAsync(IReadOnlyCollection<int> group, IReadOnlyCollection<int> otherGroup)
    {
        foreach (var one in group)
        {
            foreach (var other in otherGroup)
            {
                await CutAsync(one, other);
            }
        }
    }

    /// <summary>Every packet between members is lost with this probability.</summary>
    public async Task LoseAsync(int percent)
    {
        for (var from = 1; from <= _size; from++)
        {
            for (var to = 1; to <= _size; to++)
            {
                if (from != to)
                {
                    await DropAsync(from, to, $"numgen random mod 100 < {percent} drop");
                }
            }
        }
    }

    public async Task HealAsync()
    {
        for (var number = 1; number <= _size; number++)
        {
            await NftAsync(number, "flush chain inet cut input");
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var number = 1; number <= _size; number++)
        {
            await Command.RunAsync("ip", ["netns", "del", NamespaceOf(number)]);
            await Command.RunAsync("ip", ["link", "del", OuterOf(number)]);
        }

        await Command.RunAsync("ip", ["link", "del", Bridge]);
    }

    private static async Task IpAsync(string arguments) =>
        _ = (await Command.RunAsync("ip", arguments.Split(' '))).Success;

    private string NamespaceOf(int number) => $"{_id}m{number}";

    // The end of a member's cable that is plugged into the bridge.
    private string OuterOf(int number) => $"{_id}v{number}";

    private async Task CreateAsync()
    {
        await IpAsync($"link add {Bridge} type bridge");
        await IpAsync($"addr add {_subnet}.1/{Mask} dev {Bridge}");
        await IpAsync($"link set {Bridge} up");
        for (var number = 1; number <= _size; number++)
        {
            var (space, outer) = (NamespaceOf(number), OuterOf(number));
            await IpAsync($"netns add {space}");
            await IpAsync($"link add {outer} type veth peer name eth0 netns {space}");
            await IpAsync($"link set {outer} master {Bridge} up");
            await IpAsync($"-n {space} addr add {HostOf(number)}/{Mask} dev eth0");
            await IpAsync($"-n {space} link set eth0 up");
            await IpAsync($"-n {space} link set lo up");
            await NftAsync(
                number, "table inet cut { chain input { type filter hook input priority 0; policy accept; }; }");
        }
    }

    private Task DropAsync(int from, int to, string verdict) =>
        NftAsync(to, $"add rule inet cut input ip saddr {HostOf(from)} {verdict}");

    private async Task NftAsync(int number, string rules) =>
        _ = (await Command.RunAsync("ip", ["netns", "exec", NamespaceOf(number), "nft", "-f", "-"], rules + "\n")).Success;
}
