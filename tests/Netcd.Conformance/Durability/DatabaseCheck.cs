using Netcd.Conformance.Infrastructure;

namespace Netcd.Conformance.Durability;

/// <summary>Full check of a database file that a killed process left.</summary>
internal static class DatabaseCheck
{
    public static async Task RunAsync(string path)
    {
        // Real etcdutl opens the file and walks every bucket.
        var status = await Command.RunAsync(Programs.GoEtcdutl, ["snapshot", "status", path]);
        Assert.NotEmpty(status.Success);
    }
}
