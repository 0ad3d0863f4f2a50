using Netcd.Server.Peers;
using Netcd.TestKit;
using Netcd.TestKit.Disk;

namespace Netcd.Server.Tests.Cluster;

/// <summary>
/// Members in one process over simulated disks and a simulated network. Time moves by hand, a tick at a time, and the
/// next tick only comes when every member has done all it can.
/// </summary>
internal sealed class TestCluster : IDisposable
{
    private const int TicksMax = 3000;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly SimDisk[] _disks;
    private readonly TestMember?[] _members;
    private readonly MemoryTransport[] _transports;
    private readonly Func<MemberOptions, MemberOptions> _change;

    internal TestCluster(int size, Func<MemberOptions, MemberOptions>? change = null)
    {
        _change = change ?? (static options => options);
        _disks = new SimDisk[size];
        _members = new TestMember?[size];
        _transports = new MemoryTransport[size];
        for (var i = 0; i < size; i++)
        {
            _disks[i] = new SimDisk();
            Start(i);
        }
    }

    internal ManualTime Time { get; } = new();

    internal MemoryNetwork Network { get; } = new();

    internal IEnumerable<TestMember> Running => _members.OfType<TestMember>();

    internal TestMember this[int member] =>
        _members[member] ?? throw new InvalidOperationException($"member {member} does not run");

    internal MemoryTransport TransportOf(int member) => _transports[member];

    internal IPeerHost HostOf(TestMember member) => Network.HostOf(member.Member.Id);

    internal SimDisk DiskOf(int member) => _disks[member];

    internal int Leader
    {
        get
        {
            for (var i = 0; i < _members.Length; i++)
            {
                if (_members[i] is { } member && member.Member.Leader == member.Member.Id)
                {
                    return i;
                }
            }

            return -1;
        }
    }

    internal int Follower
    {
        get
        {
            var leader = Leader;
            return Enumerable.Range(0, _members.Length).First(i => i != leader && _members[i] is not null);
        }
    }

    public void Dispose()
    {
        for (var i = 0; i < _members.Length; i++)
        {
            if (_members[i] is not null)
            {
                Stop(i);
            }
        }
    }

    internal static async Task<TestCluster> StartAsync(int size, Func<MemberOptions, MemberOptions>? change = null)
    {
        var cluster = new TestCluster(size, change);
        await cluster.UntilAsync(() => cluster.Running.All(member => member.Member.Ready.IsCompletedSuccessfully));
        return cluster;
    }

    internal void Start(int index, SimDisk? disk = null)
    {
        _disks[index] = disk ?? _disks[index];
        _transports[index] = Network.NewTransport();
        _members[index] = new TestMember(_disks[index], options => _change(options with
        {
            Name = $"m{index}",
            InitialCluster = [.. _disks.Select((_, i) => new InitialMember($"m{i}", [UrlOf(i)]))],
            AdvertisePeerUrls = [UrlOf(index)],
            AdvertiseClientUrls = [$"http://127.0.0.1:{2379 + (index * 10)}"],
            Time = Time,
            Transport = _transports[index],
            PeerClient = new MemoryPeerClient(url => FindService(index, url)),
            Seed = (ulong)index + 1,
        }));
    }

    internal void Stop(int index)
    {
        try
        {
            this[index].Dispose();
        }
        catch (IOException) when (this[index].Member.Failure is not null)
        {
            // Its machine is off.
        }

        _members[index] = null;
    }

    internal void Restart(int index, SimDisk disk)
    {
        Stop(index);
        Start(index, disk);
    }

    /// <summary>Moves time until something holds.</summary>
    internal async Task UntilAsync(Func<bool> condition)
    {
        for (var tick = 0; tick < TicksMax; tick++)
        {
            await SettleAsync();
            if (condition())
            {
                return;
            }

            Time.Advance(Tick);
        }

        var states = Running.Select(member =>
            $"{member.Member.Id}: leader {member.Member.Leader}, term {member.Member.Term}, committed "
            + $"{member.Member.CommittedIndex}, applied {member.Member.AppliedIndex}, pending "
            + $"{member.Member.ProposalsPending}");
        Assert.Fail($"not within {TicksMax} ticks; {string.Join("; ", states)}");
    }

    internal Task<Reply> PutAsync(int member, string key, string value) => UntilAsync(this[member].Put(key, value));

    internal Task<Reply> ReadIndexAsync(int member) => UntilAsync(this[member].ReadIndex());

    internal async Task<Reply> UntilAsync(ReplyWaiter waiter)
    {
        await UntilAsync(() => waiter.Result.IsCompleted);
        return await waiter.Result;
    }

    /// <summary>Until all have applied what any has committed.</summary>
    internal async Task UntilEqualAsync()
    {
        await UntilAsync(() =>
        {
            var committed = Running.Max(member => member.Member.CommittedIndex);
            return Running.All(member => member.Member.AppliedIndex == committed);
        });
        var hashes = Running.Select(member => (member.Member.Store.CurrentRevision, member.HashKeyValues()));
        Assert.Single(hashes.Distinct());
    }

    /// <summary>Waits until no loop has anything to do at this time.</summary>
    internal async Task SettleAsync()
    {
        var before = (IsIdle: false, Posts: -1L);
        while (true)
        {
            var now = Running.Aggregate(
                (IsIdle: true, Posts: 0L),
                (sum, member) =>
                {
                    if (member.Member.Failure is { } failure)
                    {
                        Assert.IsType<PowerCutException>(failure.GetBaseException());
                        return sum;
                    }

                    var (isIdle, posts) = member.Member.Activity;
                    return (sum.IsIdle && isIdle, sum.Posts + posts);
                });
            if (now.IsIdle && before == now)
            {
                return;
            }

            before = now;
            await Task.Delay(1);
        }
    }

    private IPeerService? FindService(int asker, string url)
    {
        var index = Enumerable.Range(0, _members.Length).FirstOrDefault(i => url == UrlOf(i), -1);
        return index >= 0 && _members[asker] is { } from && _members[index] is { } to
            && Network.TryFind(from.Member.Id, to.Member.Id, out _)
            ? to.Member.PeerService
            : null;
    }

    private static string UrlOf(int index) => $"http://127.0.0.1:{2380 + (index * 10)}";
}
