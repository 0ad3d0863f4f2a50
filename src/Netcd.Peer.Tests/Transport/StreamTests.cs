using System.Net;
using System.Net.Sockets;
using System.Text;
using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Peer.Tests.Support;
using Netcd.Raft.Messages;

namespace Netcd.Peer.Tests.Transport;

/// <summary>Two members, or one and something that is none, over loopback.</summary>
public sealed class StreamTests
{
    [Fact]
    public async Task Messages_arrive_in_order_both_ways_small_and_large()
    {
        await using var a = await TestPeer.StartAsync(1);
        await using var b = await TestPeer.StartAsync(2);
        await ConnectAsync(a, b);
        for (ulong i = 1; i <= 500; i++)
        {
            // Now and then larger than any buffer on the way.
            var size = i % 100 == 0 ? 3_000_000 : (int)(i % 7) * 1000;
            a.Transport.Send([App(1, 2, i, size), Heartbeat(1, 2, i)]);
            b.Transport.Send([Heartbeat(2, 1, i)]);

            // Raft's window is what keeps a real leader from getting ahead.
            await ReceiveAsync(b.Host, i, size);
            Assert.Equal(i, (await a.Host.NextAsync()).Commit.Value);
        }
    }

    [Fact]
    public async Task Messages_reach_a_peer_that_has_not_opened_its_streams()
    {
        await using var a = await TestPeer.StartAsync(1);
        await using var b = await TestPeer.StartAsync(2);
        a.Transport.AddRemote(b.Host.Id, b.Host.AdvertisedPeerUrls);
        a.Transport.Send([Heartbeat(1, 2, 7)]);
        Assert.Equal(7UL, (await b.Host.NextAsync()).Commit.Value);

        // The request told where its sender is reached: it can be answered.
        b.Transport.Send([Heartbeat(2, 1, 8)]);
        Assert.Equal(8UL, (await a.Host.NextAsync()).Commit.Value);
    }

    [Fact]
    public async Task A_peer_whose_process_ends_is_reported_at_once_and_one_time()
    {
        // Silence is borne for longer than the test: it cannot be how it comes to know.
        await using var a = await TestPeer.StartAsync(1);
        await using var b = await TestPeer.StartAsync(2);
        await ConnectAsync(a, b);
        Assert.NotNull(a.Transport.ActiveSince(b.Host.Id));
        await b.KillAsync();
        Assert.Equal(b.Host.Id, await a.Host.Disconnected.Reader.ReadAsync(TestTimeout.Token()));
        await Eventually.TrueAsync(() => a.Transport.ActiveSince(b.Host.Id) is null);
        Assert.False(a.Host.Disconnected.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_peer_that_never_was_there_is_unreachable_but_not_reported_as_gone()
    {
        await using var a = await TestPeer.StartAsync(1);
        using var dead = new DeadAddress();
        a.Transport.AddPeer(new MemberId(2), [dead.Url]);
        a.Transport.Send([Heartbeat(1, 2, 1)]);
        Assert.Equal(new MemberId(2), await a.Host.Unreachable.Reader.ReadAsync(TestTimeout.Token()));
        Assert.False(a.Host.Disconnected.Reader.TryRead(out _));
        Assert.Null(a.Transport.ActiveSince(new MemberId(2)));
    }

    [Fact]
    public async Task A_removed_member_is_told_so()
    {
        await using var a = await TestPeer.StartAsync(1);
        await using var b = await TestPeer.StartAsync(2);
        a.Host.Removed[b.Host.Id] = true;
        b.Add(a);
        await b.Host.RemovedFromCluster.Task.WaitAsync(TestTimeout.Token());
    }

    [Fact]
    public async Task A_member_of_another_cluster_gets_no_stream_and_sends_no_message()
    {
        await using var a = await TestPeer.StartAsync(1);
        await using var b = await TestPeer.StartAsync(2, clusterId: 0xc2);
        a.Add(b);
        b.Add(a);
        b.Transport.Send([Heartbeat(2, 1, 1)]);
        Assert.Equal(a.Host.Id, await b.Host.Unreachable.Reader.ReadAsync(TestTimeout.Token()));
        Assert.False(a.Host.Received.Reader.TryRead(out _));
        Assert.False(b.Host.RemovedFromCluster.Task.IsCompleted);
    }

    [Fact]
    public async Task A_peer_that_reads_nothing_costs_a_bounded_amount_of_memory()
    {
        await using var a = await TestPeer.StartAsync(1);
        using var dead = new DeadAddress();
        a.Transport.AddPeer(new MemberId(2), [dead.Url]);
        using var reader = await OpenStreamAsync(a, "msgapp", from: 2);

        // What is on its way fills the sockets' buffers, then the queue of 64 MiB; the rest is dropped. Each message is
        // watched, since other tests use memory at the same time.
        var sent = new List<WeakReference>();
        for (ulong i = 1; i <= 400; i++)
        {
            sent.Add(SendLarge(a, i));
        }

        Assert.Equal(new MemberId(2), await a.Host.Unreachable.Reader.ReadAsync(TestTimeout.Token()));
        GC.Collect();
        var held = sent.Count(message => message.IsAlive);
        Assert.True(held is > 10 and < 100, $"{held} messages of a megabyte");
    }

    [Theory]
    [InlineData("msgapp", "03", "unknown kind")]
    [InlineData("msgapp", "020000000100000000", "length of 4 GiB")]
    [InlineData("msgapp", "02000000000000000BFFFFFFFFFFFFFFFFFFFFFF", "garbage")]
    [InlineData("message", "FFFFFFFFFFFFFFFF", "length of 2^64-1")]
    [InlineData("message", "0000000000000003FFFFFF", "garbage")]
    public async Task A_stream_that_brings_garbage_is_closed_and_dialed_again(string kind, string hex, string what)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var a = await TestPeer.StartAsync(1);
        a.Transport.AddPeer(new MemberId(2), [$"http://{listener.LocalEndpoint}"]);
        var dials = 0;
        while (dials < 2)
        {
            // Never disposed before the test ends: it is for the other side to close.
            var connection = await listener.AcceptTcpClientAsync(TestTimeout.Token());
            var stream = connection.GetStream();
            if (!(await ReadHeadAsync(stream)).Contains($"/raft/stream/{kind}/1 ", StringComparison.Ordinal))
            {
                continue;
            }

            dials++;
            var bytes = Convert.FromHexString(hex);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{bytes.Length:x}\r\n"));
            await stream.WriteAsync(bytes);
            Assert.True(await EndsAsync(stream), what);
        }

        Assert.False(a.Host.Received.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Nothing_reaches_the_member_after_a_stop()
    {
        await using var a = await TestPeer.StartAsync(1);
        await using var b = await TestPeer.StartAsync(2);
        await ConnectAsync(a, b);
        b.Transport.Stop();
        while (b.Host.Received.Reader.TryRead(out _))
        {
        }

        // The first may still go down a stream that nobody reads any more.
        await Eventually.TrueAsync(() =>
        {
            a.Transport.Send([Heartbeat(1, 2, 1)]);
            return a.Host.Unreachable.Reader.TryRead(out _);
        });
        Assert.False(b.Host.Received.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_changed_address_is_used()
    {
        await using var a = await TestPeer.StartAsync(1);
        await using var b = await TestPeer.StartAsync(2);
        using var dead = new DeadAddress();
        a.Transport.AddPeer(b.Host.Id, [dead.Url]);
        b.Add(a);
        a.Transport.UpdatePeer(b.Host.Id, b.Host.AdvertisedPeerUrls);
        await Eventually.TrueAsync(() => a.Transport.FindPeer(b.Host.Id) is { ActiveSince: not null });
    }

    internal static async Task ConnectAsync(TestPeer a, TestPeer b)
    {
        a.Add(b);
        b.Add(a);

        // Appends and the rest take different streams: each way is there once both are.
        await Eventually.TrueAsync(() => a.Transport.FindPeer(b.Host.Id) is { IsWhole: true }
            && b.Transport.FindPeer(a.Host.Id) is { IsWhole: true });
    }

    internal static Message Heartbeat(ulong from, ulong to, ulong commit) => new()
    {
        Type = MessageType.Heartbeat,
        From = new MemberId(from),
        To = new MemberId(to),
        Term = new Term(1),
        Commit = new LogIndex(commit),
    };

    private static Message App(ulong from, ulong to, ulong index, int size) => new()
    {
        Type = MessageType.App,
        From = new MemberId(from),
        To = new MemberId(to),
        Term = new Term(1),
        LogTerm = new Term(1),
        Index = new LogIndex(index - 1),
        Entries = new[] { new Entry(new Term(1), new LogIndex(index), EntryType.Normal, new byte[size]) },
    };

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference SendLarge(TestPeer peer, ulong index)
    {
        var message = App(peer.Host.Id.Value, 2, index, 1_000_000);
        peer.Transport.Send([message]);
        return new WeakReference(message);
    }

    private static async Task ReceiveAsync(FakeHost host, ulong index, int size)
    {
        var hasAppend = false;
        var hasHeartbeat = false;
        while (!hasAppend || !hasHeartbeat)
        {
            var message = await host.NextAsync();
            if (message.Type == MessageType.App)
            {
                Assert.Equal(index - 1, message.Index.Value);
                Assert.Equal(size, message.Entries.Span[0].Data.Length);
                hasAppend = true;
            }
            else
            {
                Assert.Equal(index, message.Commit.Value);
                hasHeartbeat = true;
            }
        }
    }

    private static async Task<TcpClient> OpenStreamAsync(TestPeer peer, string kind, ulong from)
    {
        var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync("127.0.0.1", new Uri(peer.Url).Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /raft/stream/{kind}/{from:x} HTTP/1.1\r\nHost: x\r\nX-Raft-To: {peer.Host.Id}\r\n"
            + $"X-Etcd-Cluster-Id: {peer.Host.ClusterId:x}\r\nX-Min-Cluster-Version: 3.0.0\r\n"
            + $"X-Server-From: {from:x}\r\nX-Server-Version: 3.5.30\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 200 OK", await ReadHeadAsync(client.GetStream()), StringComparison.Ordinal);
        return client;
    }

    // With or without a reset: bytes may have been left unread.
    private static async Task<bool> EndsAsync(NetworkStream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[1], TestTimeout.Token()) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal)
            && await stream.ReadAsync(one, TestTimeout.Token()) == 1)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
