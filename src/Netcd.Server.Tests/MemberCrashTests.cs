using Netcd.Base;
using Netcd.Server.Requests;
using Netcd.TestKit.Disk;
using Netcd.Wal;

namespace Netcd.Server.Tests;

/// <summary>
/// The power fails at every few changes to the disk, from the first directory on, while a member starts, writes,
/// compacts, cuts its log, saves snapshots and commits its backend. What was acknowledged is there afterwards, once.
/// </summary>
public sealed class MemberCrashTests
{
    private const int Puts = 60;
    private const int CutPoints = 90;

    [Fact]
    public async Task A_power_cut_at_any_moment_loses_nothing_acknowledged()
    {
        var whole = new SimDisk();
        Assert.Equal(Puts, (await RunAsync(whole)).Acknowledged);
        var step = Math.Max(1, whole.Changes / CutPoints);
        for (var change = 0; change < whole.Changes; change += step)
        {
            var disk = new SimDisk();
            disk.CutPowerAtChange(change);
            var (acknowledged, compacted) = await RunAsync(disk);
            await CheckAsync(disk.CrashKeepNothing(), acknowledged, compacted, $"change {change}, nothing kept");
            await CheckAsync(disk.Crash(new Prng((ulong)change)), acknowledged, compacted, $"change {change}, seeded");
        }
    }

    private static MemberOptions Small(MemberOptions options) => options with
    {
        SnapshotCount = 15,
        SnapshotIntervalMin = TimeSpan.Zero,
        SnapshotCatchUpEntries = 5,
        WalFilesMax = 1,
        SnapshotFilesMax = 1,
        Backend = options.Backend with { DirtyBytesMax = 4_000 },
        Wal = new WalOptions { SegmentSizeBytes = 8_192, ZeroAheadBytes = 2_048, PrepareNextBytes = 4_096 },
    };

    private static async Task<(int Acknowledged, long Compacted)> RunAsync(SimDisk disk)
    {
        var acknowledged = 0;
        var compacted = -1L;
        TestMember? one = null;
        try
        {
            one = new TestMember(disk, Small);
            await Task.WhenAny(one.Member.Ready, one.Fatal);
            while (acknowledged < Puts && one.Member.Failure is null)
            {
                var put = one.PutAsync($"key{acknowledged:D3}", $"value{acknowledged}{new string('.', 200)}");
                if (await Task.WhenAny(put, one.Fatal) != put || (await put).Refusal != Refusal.None)
                {
                    break;
                }

                acknowledged++;
                if (acknowledged % 20 == 0)
                {
                    var revision = one.Member.Store.CurrentRevision - 5;
                    var compaction = one.AskAsync(InternalRequestKind.Compaction, Messages.Of((1, revision)));
                    var isAnswered = await Task.WhenAny(compaction, one.Fatal) == compaction;
                    compacted = isAnswered && (await compaction).Refusal == Refusal.None ? revision : compacted;
                    one.Time.Advance(TimeSpan.FromSeconds(31));
                }
            }
        }
        catch (Exception failure) when (failure is IOException || failure.InnerException is IOException)
        {
            // The machine is off already while the member opens.
        }
        finally
        {
            try
            {
                one?.Dispose();
            }
            catch (IOException)
            {
            }
        }

        return (acknowledged, compacted);
    }

    private static async Task CheckAsync(SimDisk disk, int acknowledged, long compacted, string place)
    {
        try
        {
            using var one = await TestMember.StartAsync(disk, Small);
            for (var i = 0; i < acknowledged; i++)
            {
                Assert.StartsWith($"value{i}.", one.Get($"key{i:D3}"));
            }

            Assert.InRange(one.Member.Store.CurrentRevision, 1 + acknowledged, 2 + acknowledged);
            Assert.True(one.Member.Store.CompactRevision >= compacted);
            var next = one.Member.Store.CurrentRevision + 1;
            Assert.Equal(next, (await one.PutAsync("more", "x")).Revision);
        }
        catch (Exception failure)
        {
            Assert.Fail($"{place}: {failure}");
        }
    }
}
