using System.Text;
using Netcd.Base;
using Netcd.Base.Records;
using Netcd.TestKit.Disk;

namespace Netcd.Wal.Tests;

/// <summary>Small logs on a simulated disk.</summary>
internal static class WalTestLog
{
    internal const string WalPath = "/member/wal";

    internal static readonly WalOptions SmallSegments = new()
    {
        SegmentSizeBytes = 4096,
        ZeroAheadBytes = 1024,
        PrepareNextBytes = 2048,
    };

    internal static SimDisk NewDisk()
    {
        var disk = new SimDisk();
        disk.CreateDirectory("/member");
        disk.SyncDirectory("/");
        return disk;
    }

    internal static Entry NewEntry(ulong index, ulong term = 1, int bytes = 40) =>
        new(new Term(term), new LogIndex(index), EntryType.Normal, Payload(index, term, bytes));

    internal static HardState NewState(ulong commit, ulong term = 1, ulong vote = 7) =>
        new(new Term(term), new MemberId(vote), new LogIndex(commit));

    internal static WalSnapshot NewSnapshot(ulong index, ulong term = 1) =>
        new(new LogIndex(index), new Term(term), new ConfState { Voters = [new MemberId(7)] });

    internal static void AppendCommit(WriteAheadLog log, HardState state, params Entry[] entries)
    {
        log.Append(state, entries);
        log.Commit();
    }

    internal static string Text(IReadOnlyList<Entry> entries) =>
        string.Join(' ', entries.Select(entry => $"{entry.Term}/{entry.Index}"));

    private static byte[] Payload(ulong index, ulong term, int bytes)
    {
        var text = Encoding.ASCII.GetBytes($"entry {index} of term {term} ");
        var payload = new byte[bytes];
        for (var i = 0; i < bytes; i++)
        {
            payload[i] = text[i % text.Length];
        }

        return payload;
    }
}
