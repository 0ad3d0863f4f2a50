using Netcd.Disk;
using Netcd.TestKit.Disk;

namespace Netcd.Server.Tests;

/// <summary><c>--unsafe-no-fsync</c>: what was acknowledged is in the hands of the system alone.</summary>
public sealed class UnsyncedMemberTests
{
    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "v")]
    public async Task Nothing_is_synced_where_that_was_asked_for(bool isUnsynced, string? left)
    {
        var disk = new SimDisk();
        using (var member = await TestMember.StartAsync(disk, options => isUnsynced
            ? options with
            {
                Disk = new UnsyncedDisk(disk), Backend = options.Backend with { NoSync = true },
            }
            : options))
        {
            Assert.Equal(Refusal.None, (await member.PutAsync("k", "v")).Refusal);

            // The power fails; of what was not synced nothing is there.
            disk = disk.CrashKeepNothing();
        }

        using var again = await TestMember.StartAsync(disk);
        Assert.Equal(left, again.Get("k"));
    }
}
