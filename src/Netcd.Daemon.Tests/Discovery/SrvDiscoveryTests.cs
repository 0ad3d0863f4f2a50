using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Netcd.Client;
using Netcd.Daemon.Discovery;
using Netcd.Daemon.Flags;
using Netcd.TestKit;

namespace Netcd.Daemon.Tests.Discovery;

public sealed class SrvDiscoveryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Records_are_read_in_order_also_when_they_do_not_fit_a_datagram(bool isTruncating)
    {
        await using var server = new FakeNameServer { IsTruncating = isTruncating };
        server.Records["_etcd-server._tcp.example.test"] =
            [(20, 1, 2380, "last.example.test"), (10, 1, 2381, "second.example.test"), (10, 9, 2380, "a.example.test")];
        var targets = await Lookup(server).LookUpAsync("_etcd-server._tcp.example.test", default);
        Assert.Equal(
            [
                new ServiceRecord("a.example.test", 2380, 10, 9),
                new ServiceRecord("second.example.test", 2381, 10, 1),
                new ServiceRecord("last.example.test", 2380, 20, 1),
            ],
            targets);
        Assert.Equal(isTruncating ? 1 : 0, server.TcpQuestions);
    }

    [Fact]
    public async Task A_name_without_records_is_said_as_Go_says_it()
    {
        await using var server = new FakeNameServer();
        var error = await Assert.ThrowsAsync<DiscoveryException>(
            () => Lookup(server).LookUpAsync("_etcd-server._tcp.example.test", default));
        Assert.Equal($"lookup _etcd-server._tcp.example.test on {server.EndPoint}: no such host", error.Message);
    }

    [Fact]
    public async Task Both_records_together_are_the_cluster()
    {
        await using var server = new FakeNameServer();
        server.Records["_etcd-server-ssl-x._tcp.example.test"] = [(0, 0, 2380, "one.example.test")];
        server.Records["_etcd-server-x._tcp.example.test"] =
            [(0, 0, 2380, "two.example.test"), (1, 0, 2380, "three.example.test"), (2, 0, 2380, "gone.example.test")];
        var pairs = await FindAsync(
            server,
            "--name=m2",
            "--initial-advertise-peer-urls=http://two.example.test:2380",
            "--discovery-srv=example.test",
            "--discovery-srv-name=x");
        Assert.Equal(
            "0=https://one.example.test:2380,m2=http://two.example.test:2380,0=http://three.example.test:2380", pairs);
    }

    [Theory]
    [InlineData("http://10.0.0.9:2380", "cannot find local etcd member \"m2\" in SRV records")]
    [InlineData(
        "https://two.example.test:2380",
        "cannot find local etcd member \"m2\" in SRV records")]
    public async Task A_member_that_is_in_no_record_is_refused(string advertised, string text)
    {
        await using var server = new FakeNameServer();
        server.Records["_etcd-server._tcp.example.test"] =
            [(0, 0, 2380, "one.example.test"), (0, 0, 2380, "two.example.test")];
        var error = await Assert.ThrowsAsync<DiscoveryException>(() => FindAsync(
            server, "--name=m2", "--initial-advertise-peer-urls=" + advertised, "--discovery-srv=example.test"));
        Assert.Equal(text, error.Message);
    }

    [Fact]
    public async Task Without_any_record_both_questions_are_told()
    {
        await using var server = new FakeNameServer();
        var error = await Assert.ThrowsAsync<DiscoveryException>(() => FindAsync(
            server, "--name=m2", "--initial-advertise-peer-urls=http://10.0.0.2:2380", "--discovery-srv=example.test"));
        Assert.Equal(
            "error querying DNS SRV records for _etcd-server-ssl lookup _etcd-server-ssl._tcp.example.test on "
            + $"{server.EndPoint}: no such host\nerror querying DNS SRV records for _etcd-server lookup "
            + $"_etcd-server._tcp.example.test on {server.EndPoint}: no such host",
            error.Message);
    }

    private static SrvLookup Lookup(FakeNameServer server) => new(server.EndPoint);

    private static Task<string> FindAsync(FakeNameServer server, params string[] arguments)
    {
        var values = new FlagValues();
        Assert.Empty(ServerArguments.Parse(arguments, values));
        return new SrvDiscovery(new DaemonOptions(values), Lookup(server), LookUpHost, NullLogger.Instance)
            .FindAsync(default);
    }

    private static Task<IPAddress[]> LookUpHost(string host, CancellationToken cancellation) => host switch
    {
        "one.example.test" => Task.FromResult(new[] { IPAddress.Parse("10.0.0.1") }),
        "two.example.test" => Task.FromResult(new[] { IPAddress.Parse("10.0.0.2") }),
        "three.example.test" => Task.FromResult(new[] { IPAddress.Parse("fe80::3"), IPAddress.Parse("10.0.0.3") }),
        _ => throw new SocketException((int)SocketError.HostNotFound),
    };
}
