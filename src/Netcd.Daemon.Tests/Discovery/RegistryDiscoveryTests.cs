using Microsoft.Extensions.Logging.Abstractions;
using Netcd.Base;
using Netcd.Daemon.Discovery;
using Netcd.Server;
using Netcd.TestKit;

namespace Netcd.Daemon.Tests.Discovery;

public sealed class RegistryDiscoveryTests : IDisposable
{
    private const string Prefix = "/_etcd/registry/token";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly FakeRegistry _registry = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _registry.Dispose();

    [Fact]
    public async Task The_first_to_register_are_the_cluster()
    {
        _registry.Set(Prefix + "/_config/size", "2");
        var first = JoinAsync(0xb, "b=http://10.0.0.2:2380");
        await UntilAsync(() => _registry.HasWatcher);
        _registry.Set(Prefix + "/members/c", "nonsense");
        var second = await JoinAsync(0xa, "a=http://10.0.0.1:1,a=http://10.0.0.1:2");
        Assert.Equal(["a=http://10.0.0.1:1+http://10.0.0.1:2", "b=http://10.0.0.2:2380"], Shown(second));
        Assert.Equal(Shown(second), Shown(await first.WaitAsync(Patience)));
        var late = await Assert.ThrowsAsync<DiscoveryException>(() => JoinAsync(0xd, "d=http://10.0.0.4:1"));
        Assert.Equal("discovery: cluster is full", late.Message);
        Assert.DoesNotContain(_registry.Entries, entry => entry.Key == Prefix + "/members/d");

        // A member that failed after it registered may come again.
        Assert.Equal(Shown(second), Shown(await JoinAsync(0xb, "b=http://10.0.0.2:2380")));
    }

    [Theory]
    [InlineData(null, "discovery: size key not found")]
    [InlineData("many", "discovery: size key is bad")]
    [InlineData("0", "discovery: size key is bad")]
    public async Task A_size_that_is_none_ends_the_start(string? size, string text)
    {
        if (size is not null)
        {
            _registry.Set(Prefix + "/_config/size", size);
        }

        var error = await Assert.ThrowsAsync<DiscoveryException>(() => JoinAsync(1, "a=http://10.0.0.1:1"));
        Assert.Equal(text, error.Message);
    }

    [Fact]
    public async Task A_peer_URL_that_is_none_ends_the_start()
    {
        _registry.Set(Prefix + "/_config/size", "2");
        _registry.Set(Prefix + "/members/9", "x=what");
        var error = await Assert.ThrowsAsync<DiscoveryException>(() => JoinAsync(1, "a=http://10.0.0.1:1"));
        Assert.Equal("discovery: invalid peer URL", error.Message);
    }

    [Fact]
    public async Task What_fails_is_tried_again_later_and_later()
    {
        _registry.Set(Prefix + "/_config/size", "2");
        _registry.Failures = 3;
        var join = JoinAsync(1, "a=http://10.0.0.1:1");
        foreach (var pause in new[] { 2, 4, 8 })
        {
            var left = _registry.Failures;
            _time.Advance(TimeSpan.FromSeconds(pause - 0.5));
            Assert.Equal(left, _registry.Failures);
            _time.Advance(TimeSpan.FromSeconds(0.5));
            await UntilAsync(() => _registry.Failures < left || _registry.HasWatcher);
        }

        await UntilAsync(() => _registry.HasWatcher);
        _registry.BreakWatches();
        _registry.Set(Prefix + "/members/2", "b=http://10.0.0.2:1");
        while (!join.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(["a=http://10.0.0.1:1", "b=http://10.0.0.2:1"], Shown(await join));
    }

    private static IEnumerable<string> Shown(IReadOnlyList<InitialMember> members) =>
        members.Select(member => $"{member.Name}={string.Join('+', member.PeerUrls)}");

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1_000_000 && !condition(); i++)
        {
            await Task.Yield();
        }

        Assert.True(condition());
    }

    private Task<IReadOnlyList<InitialMember>> JoinAsync(ulong self, string pairs) =>
        new RegistryDiscovery(_registry, "token", _time, NullLogger.Instance)
            .JoinAsync(new MemberId(self), pairs, default);
}
