using System.Diagnostics;

namespace Netcd.Disk.Tests;

public sealed class LibraryEnvironmentTests
{
    [Fact]
    public async Task Variable_is_seen_by_libraries_only()
    {
        const string Name = "NETCD_LIBRARY_ENVIRONMENT_TEST";
        LibraryEnvironment.Set(Name, "x");
        Assert.Null(Environment.GetEnvironmentVariable(Name));
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, UseShellExecute = false };
        using var child = Process.Start(start)!;
        Assert.DoesNotContain(Name, await child.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
        await child.WaitForExitAsync();
    }
}
