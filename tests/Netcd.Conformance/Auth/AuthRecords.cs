using Netcd.Bbolt;
using Netcd.Disk;

namespace Netcd.Conformance.Auth;

/// <summary>The auth buckets of a database that no process has open, as they lie on disk.</summary>
internal static class AuthRecords
{
    /// <summary>One line a record: bucket, key and value in hexadecimal.</summary>
    public static string Read(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, "member", "snap", "db");
        using var database = BboltDatabase.Open(RealDisk.Instance, path, new BboltOptions { ReadOnly = true });
        using var transaction = database.BeginRead();
        var lines = new List<string>();
        foreach (var name in new[] { "auth", "authUsers", "authRoles" })
        {
            Assert.True(transaction.TryGetBucket(System.Text.Encoding.UTF8.GetBytes(name), out var bucket));
            var cursor = bucket.Cursor();
            for (var isThere = cursor.First(); isThere; isThere = cursor.Next())
            {
                lines.Add($"{name} {Convert.ToHexString(cursor.Key)} {Convert.ToHexString(cursor.Value)}");
            }
        }

        return string.Join('\n', lines);
    }
}
