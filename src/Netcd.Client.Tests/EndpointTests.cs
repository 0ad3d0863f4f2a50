using Netcd.Client.Endpoints;

namespace Netcd.Client.Tests;

public sealed class EndpointTests
{
    [Theory]
    [InlineData("127.0.0.1:2379",             false, "http://127.0.0.1:2379/",  "127.0.0.1", null)]
    [InlineData("127.0.0.1:2379",             true,  "https://127.0.0.1:2379/", "127.0.0.1", null)]
    [InlineData("http://etcd-1:2379",         true,  "http://etcd-1:2379/",     "etcd-1",    null)]
    [InlineData("https://etcd-1:2379/path",   false, "https://etcd-1:2379/",    "etcd-1",    null)]
    [InlineData("https://[::1]:2379",         false, "https://[::1]:2379/",     "::1",       null)]
    [InlineData("unix:///run/etcd.sock",      false, "http://localhost/",       "etcd.sock", "/run/etcd.sock")]
    [InlineData("unixs:///run/etcd.sock",     false, "https://localhost/",      "etcd.sock", "/run/etcd.sock")]
    [InlineData("unix://localhost:2379",      false, "http://localhost/",       "localhost", "localhost:2379")]
    [InlineData("unix:etcd.sock",             true,  "https://localhost/",      "etcd.sock", "etcd.sock")]
    public void Addresses_are_taken_apart(string text, bool hasTls, string address, string name, string? path)
    {
        var endpoint = Endpoint.Parse(text, hasTls);
        Assert.Equal((address, name, path), (endpoint.Address.ToString(), endpoint.ServerName, endpoint.UnixPath));
        Assert.Equal(address.StartsWith("https", StringComparison.Ordinal), endpoint.IsTls);
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://")]
    [InlineData("unix://")]
    [InlineData("a b:2379")]
    [InlineData(":::")]
    [InlineData("127.0.0.1:port")]
    [InlineData("ftp://127.0.0.1:2379")]
    [InlineData("127.0.0.1:2379/path")]
    [InlineData("127.0.0.1")]
    [InlineData("http://etcd-1")]
    [InlineData("https://[::1]")]
    public void What_is_no_address_is_refused(string text)
    {
        var problem = Assert.Throws<UriFormatException>(() => Endpoint.Parse(text, hasTls: false));
        Assert.StartsWith($"malformed endpoint: {text}", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_address_is_left_out_beside_others_and_refused_alone()
    {
        using var set = new EndpointSet(new EtcdClientOptions { Endpoints = ["", "a:1", "b"] });
        Assert.Equal(["a:1"], set.Endpoints);
        var problem = Assert.Throws<EtcdException>(() => set.Next("b", out _));
        Assert.Equal(
            "rpc error: code = Unavailable desc = malformed endpoint: b (missing port in address)", problem.Message);
        Assert.Throws<UriFormatException>(() => set.Set(["", "b"]));
        Assert.Equal(["a:1"], set.Endpoints);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(9_000 * 3600L)]
    [InlineData(900_000_000_000)]
    public void Any_time_can_be_a_limit(long seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        using var set = new EndpointSet(
            new EtcdClientOptions
            {
                Endpoints = ["a:1"], DialTimeout = time, KeepAliveTime = time, KeepAliveTimeout = time,
            });
        Assert.Equal("a:1", Next(set));
    }

    [Fact]
    public void Healthy_endpoints_are_taken_in_turn_and_others_left_out()
    {
        using var set = new EndpointSet(new EtcdClientOptions { Endpoints = ["a:1", "b:1", "c:1"] });
        Assert.Equal(3, Enumerable.Range(0, 3).Select(_ => Next(set)).Distinct().Count());
        var failing = set.Next(null, out _);
        set.Failed(failing);
        Assert.DoesNotContain(failing.Endpoint.Text, Enumerable.Range(0, 6).Select(_ => Next(set)));
        set.Succeeded(failing);
        Assert.Contains(failing.Endpoint.Text, Enumerable.Range(0, 3).Select(_ => Next(set)));
    }

    [Fact]
    public void With_none_in_reach_the_next_is_waited_for_ever_longer()
    {
        using var set = new EndpointSet(new EtcdClientOptions { Endpoints = ["a:1"] });
        var last = TimeSpan.Zero;
        for (var i = 0; i < 5; i++)
        {
            set.Failed(set.Next(null, out _));
            set.Next(null, out var wait);
            Assert.True(wait > last, $"{wait} after {last}");
            last = wait;
        }

        Assert.Throws<ArgumentException>(() => set.Set([]));
    }

    private static string Next(EndpointSet set)
    {
        var state = set.Next(null, out var wait);
        Assert.Equal(TimeSpan.Zero, wait);
        return state.Endpoint.Text;
    }
}
