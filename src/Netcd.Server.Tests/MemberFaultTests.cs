using Netcd.Server.Requests;
using Netcd.TestKit.Disk;
using Netcd.Wal;

namespace Netcd.Server.Tests;

/// <summary>
/// One call to the disk fails, each kind at many moments, while a member starts, writes, cuts its log, saves snapshots
/// and commits its backend. It goes on or it stops; what it acknowledged is on the disk either way.
/// </summary>
public sealed class MemberFaultTests
{
    private const int Puts = 60;
    private const int FaultsPerCall = 14;
    private const int NoSpace = 28;
    private const int InputOutput = 5;

    [Theory]
    [InlineData(SimCall.Write, NoSpace)]
    [InlineData(SimCall.Write, InputOutput)]
    [InlineData(SimCall.SyncData, InputOutput)]
    [InlineData(SimCall.SyncDirectory, InputOutput)]
    [InlineData(SimCall.Allocate, NoSpace)]
    [InlineData(SimCall.SetLength, InputOutput)]
    [InlineData(SimCall.Rename, InputOutput)]
    [InlineData(SimCall.Delete, InputOutput)]
    [InlineData(SimCall.Open, InputOutput)]
    public async Task A_failing_call_never_costs_an_acknowledged_write(SimCall call, int error)
    {
        var whole = new SimDisk();
        Assert.Equal(Puts, await RunAsync(whole));
        var total = whole.Calls(call);
        Assert.True(total > 0);
        for (var number = 1; number <= total; number += Math.Max(1, total / FaultsPerCall))
        {
            var disk = new SimDisk();
            disk.FailCall(call, number, error);
            var acknowledged = await RunAsync(disk);
            try
            {
                using var again = await TestMember.StartAsync(disk.CrashKeepNothing(), Small);
                for (var i = 0; i < acknowledged; i++)
                {
                    Assert.StartsWith($"value{i}.", again.Get($"key{i:D3}"));
                }
            }
            catch (Exception failure)
            {
                Assert.Fail($"{call} {number} of {total}, {acknowledged} acknowledged: {failure}");
            }
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

    private static async Task<int> RunAsync(SimDisk disk)
    {
        var acknowledged = 0;
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
                    one.Time.Advance(TimeSpan.FromSeconds(31));
                    _ = one.AskAsync(InternalRequestKind.Compaction, Messages.Of((1, acknowledged - 5)));
                }
            }
        }
        catch (Exception failure) when (failure is IOException || failure.InnerException is IOException)
        {
            // It did not even open.
        }
        finally
        {
            try
            {
                one?.Dispose();
            }
            catch (Exception failure) when (failure is IOException || failure.InnerException is IOException)
            {
            }
        }

        return acknowledged;
    }
}
