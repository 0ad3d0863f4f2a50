using Netcd.Base;
using Netcd.Base.Records;
using Netcd.Mvcc;
using Netcd.Peer.Tests.Support;
using Netcd.Raft;
using Netcd.Raft.Messages;
using Netcd.Server.Peers;
using Netcd.TestKit.Disk;

namespace Netcd.Peer.Tests.Transport;

/// <summary>A snapshot on its way: message and database whole, the outcome told once, nothing kept.</summary>
public sealed class SnapshotTests : IDisposable
{
    private const int AttemptsMax = 20;

    private readonly Backend _backend;

    public SnapshotTests()
    {
        var disk = new SimDisk();
        disk.CreateDirectory("/snap");
        _backend = Backend.Open(
            disk, "/snap/db", new BackendOptions(), failure => throw new InvalidOperationException("fatal", failure));
        using (_backend.EnterWrite())
        {
            for (var i = 0; i < 40; i++)
            {
                _backend.Put(BucketId.Lease, BitConverter.GetBytes(i), new byte[100_000]);
            }
        }

        _backend.Commit();
    }

    public void Dispose() => _backend.Dispose();

    [Fact]
    public async Task Message_and_database_arrive_whole()
    {
        await using var a = await TestPeer.StartAsync(1);
        await using var b = await TestPeer.StartAsync(2);
        a.Add(b);
        var expected = new byte[Length()];
        using (var snapshot = _backend.OpenSnapshot())
        {
            snapshot.Read(0, expected);
        }

        a.Transport.SendSnapshot(Snapshot(to: 2));
        Assert.Equal((b.Host.Id, SnapshotStatus.Finished), await NextReportAsync(a));
        var message = await b.Host.NextAsync();
        Assert.Equal(MessageType.Snap, message.Type);
        Assert.Equal(70UL, message.Snapshot?.Metadata.Index.Value);
        var received = b.Host.Snapshots[new LogIndex(70)];
        Assert.True(received is { IsComplete: true, IsDisposed: true });
        Assert.Equal(expected, received.Bytes);
        Assert.True(expected.Length > 4_000_000);
        Assert.False(a.Host.SnapshotReports.Reader.TryRead(out _));
    }

    [Theory]
    [InlineData(PeerMessageResult.RemovedMember)]
    [InlineData(PeerMessageResult.Refused)]
    public async Task A_snapshot_that_the_member_refuses_is_reported_as_failed_once(PeerMessageResult result)
    {
        await using var a = await TestPeer.StartAsync(1);
        await using var b = await TestPeer.StartAsync(2);
        a.Add(b);
        b.Host.Result = result;
        a.Transport.SendSnapshot(Snapshot(to: 2));
        Assert.Equal((b.Host.Id, SnapshotStatus.Failed), await NextReportAsync(a));
        Assert.False(a.Host.SnapshotReports.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_disk_that_refuses_the_file_makes_it_fail()
    {
        await using var a = await TestPeer.StartAsync(1);
        await using var b = await TestPeer.StartAsync(2);
        a.Add(b);
        b.Host.DiskError = "no space left on device";
        a.Transport.SendSnapshot(Snapshot(to: 2));
        Assert.Equal((b.Host.Id, SnapshotStatus.Failed), await NextReportAsync(a));
        Assert.False(b.Host.Received.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Nobody_there_and_nobody_known_are_failures()
    {
        await using var a = await TestPeer.StartAsync(1);
        a.Transport.AddPeer(new MemberId(2), ["http://127.0.0.1:1"]);
        a.Transport.SendSnapshot(Snapshot(to: 2));
        Assert.Equal((new MemberId(2), SnapshotStatus.Failed), await NextReportAsync(a));
        a.Transport.SendSnapshot(Snapshot(to: 3));
        Assert.Equal((new MemberId(3), SnapshotStatus.Failed), await NextReportAsync(a));
    }

    [Fact]
    public async Task A_second_snapshot_to_the_same_peer_fails_while_the_first_is_on_its_way()
    {
        await using var a = await TestPeer.StartAsync(1);
        await using var b = await TestPeer.StartAsync(2);
        a.Add(b);
        for (var attempt = 1; ; attempt++)
        {
            a.Transport.SendSnapshot(Snapshot(to: 2));
            a.Transport.SendSnapshot(Snapshot(to: 2));
            var first = (await NextReportAsync(a)).Status;
            Assert.Equal(SnapshotStatus.Finished, (await NextReportAsync(a)).Status);
            if (first == SnapshotStatus.Failed)
            {
                return;
            }

            // This thread stood still until the first had arrived.
            Assert.True(attempt < AttemptsMax, "no snapshot was refused");
        }
    }

    [Fact]
    public async Task A_sender_that_breaks_off_leaves_no_file_and_no_message()
    {
        await using var b = await TestPeer.StartAsync(2);
        using (var client = new System.Net.Sockets.TcpClient())
        {
            await client.ConnectAsync("127.0.0.1", new Uri(b.Url).Port);
            var message = MessageCodec.Encode(Message(to: 2), MessageForm.V36);
            await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(
                "POST /raft/snapshot HTTP/1.1\r\nHost: x\r\nX-Etcd-Cluster-Id: c1\r\nX-Min-Cluster-Version: 3.0.0\r\n"
                + $"X-Server-Version: 3.5.30\r\nX-Server-From: 1\r\n"
                + $"Content-Length: {8 + message.Length + 5000}\r\n\r\n"));
            var prefix = new byte[8];
            prefix[7] = (byte)message.Length;
            await client.GetStream().WriteAsync((byte[])[.. prefix, .. message, 1, 2, 3]);
            await Eventually.TrueAsync(() => b.Host.Snapshots.ContainsKey(new LogIndex(70)));
        }

        var file = b.Host.Snapshots[new LogIndex(70)];
        await Eventually.TrueAsync(() => file.IsDisposed);
        Assert.False(file.IsComplete);
        Assert.False(b.Host.Received.Reader.TryRead(out _));
    }

    private static Message Message(ulong to) => new()
    {
        Type = MessageType.Snap,
        From = new MemberId(1),
        To = new MemberId(to),
        Term = new Term(2),
        Snapshot = new Snapshot(
            new SnapshotMetadata(
                new LogIndex(70), new Term(2), new ConfState { Voters = [new MemberId(1), new MemberId(2)] }),
            "{}"u8.ToArray()),
    };

    private static ValueTask<(MemberId Id, SnapshotStatus Status)> NextReportAsync(TestPeer peer) =>
        peer.Host.SnapshotReports.Reader.ReadAsync(TestTimeout.Token());

    private OutgoingSnapshot Snapshot(ulong to) => new(Message(to), _backend.OpenSnapshot());

    private long Length()
    {
        using var snapshot = _backend.OpenSnapshot();
        return snapshot.LengthBytes;
    }
}
