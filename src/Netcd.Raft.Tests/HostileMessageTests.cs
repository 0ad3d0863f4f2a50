using System.Globalization;
using Netcd.Base.Records;
using Netcd.Raft.Messages;

namespace Netcd.Raft.Tests;

/// <summary>
/// What a peer with a valid certificate could send: whatever it is, the member lives on and its indexes stay in order.
/// <c>NETCD_RAFT_HOSTILE</c> sets the number of messages, in thousands.
/// </summary>
public sealed class HostileMessageTests
{
    private const int MessagesPerMember = 200;

    [Fact]
    public void No_message_of_a_peer_stops_a_member()
    {
        var thousands = int.Parse(
            Environment.GetEnvironmentVariable("NETCD_RAFT_HOSTILE") ?? "100", CultureInfo.InvariantCulture);
        var random = new Prng(21);
        var options = new RaftOptions { Id = new MemberId(1) };
        for (var round = 0L; round < thousands * 1000L / MessagesPerMember; round++)
        {
            var plain = random.Percent(50) ? options : options with { CheckQuorum = false, PreVote = false };
            var lone = random.Percent(50) ? LoneNode.Leader(options: plain) : new LoneNode(options: plain);
            for (var i = 0; i < MessagesPerMember; i++)
            {
                lone.Node.Step(RandomMessage(random, lone.Node));
                Disturb(random, lone);
            }
        }
    }

    private static void Disturb(Prng random, LoneNode lone)
    {
        switch (random.Next(20))
        {
            case < 8:
                lone.Drain();
                break;
            case 8:
                lone.Tick(random.Next(1, 12));
                break;
            case 9:
                lone.Node.Propose(new byte[3]);
                break;
            case 10:
                lone.Node.ReportDisconnected(RandomId(random));
                break;
            case 11:
                lone.Node.ReadIndex(new byte[8]);
                break;
            case 12:
                lone.Node.TransferLeader(RandomId(random));
                break;
            case 13:
                lone.Node.ReportSnapshot(RandomId(random), random.Percent(50) ? SnapshotStatus.Failed : SnapshotStatus.Finished);
                break;
        }
    }

    private static Message RandomMessage(Prng random, RaftNode node)
    {
        var index = RandomIndex(random, node);
        var logTerm = new Term((ulong)random.Next(4));
        return new Message
        {
            Type = (MessageType)random.Next(26),
            From = RandomId(random),
            To = new MemberId((ulong)random.Next(2)),
            Term = new Term(random.Percent(97) ? node.Term.Value + (ulong)random.Next(2) : random.NextUInt64() >> random.Next(64)),
            LogTerm = logTerm,
            Index = index,
            Commit = RandomIndex(random, node),
            Entries = RandomEntries(random, node, index, logTerm),
            Reject = random.Percent(50),
            RejectHint = RandomIndex(random, node),
            Context = random.Percent(20) ? "CampaignTransfer"u8.ToArray() : new byte[random.Next(10)],
            Snapshot = random.Percent(20) ? RandomSnapshot(random, node) : null,
        };
    }

    /// <summary>Mostly such that they fit behind the index; of kinds and with data that may be unreadable.</summary>
    private static Entry[] RandomEntries(Prng random, RaftNode node, LogIndex index, Term term)
    {
        var entries = new Entry[random.Next(4)];
        for (var i = 0; i < entries.Length; i++)
        {
            index = random.Percent(97) ? index.Next : RandomIndex(random, node);
            term = random.Percent(80) ? term : new Term(term.Value + (ulong)random.Next(3) - 1);
            var type = random.Percent(90) ? EntryType.Normal : (EntryType)random.Next(5);
            var data = new byte[random.Next(3)];
            data.AsSpan().Fill(type == EntryType.Normal ? (byte)1 : (byte)0xff);
            entries[i] = new Entry(term, index, type, data);
        }

        return entries;
    }

    private static Snapshot RandomSnapshot(Prng random, RaftNode node)
    {
        var voters = Enumerable.Range(1, random.Next(1, 5)).Select(_ => RandomId(random)).ToArray();
        var learners = Enumerable.Range(0, random.Next(3)).Select(_ => RandomId(random)).ToArray();
        var state = new ConfState { Voters = voters, Learners = learners, AutoLeave = random.Percent(20) };
        return new Snapshot(
            new SnapshotMetadata(RandomIndex(random, node), new Term((ulong)random.Next(5)), state), default);
    }

    private static LogIndex RandomIndex(Prng random, RaftNode node) => random.Next(20) switch
    {
        0 => new LogIndex(random.NextUInt64() >> random.Next(64)),
        < 12 => new LogIndex(node.LastIndex.Value + 2 - (ulong)random.Next((int)Math.Min(node.LastIndex.Value + 2, 8))),
        _ => new LogIndex((ulong)random.Next(8)),
    };

    private static MemberId RandomId(Prng random) => new((ulong)random.Next(6));
}
