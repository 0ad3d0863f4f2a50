using System.Text.Json;
using Netcd.Base;
using Netcd.Wal;
using Netcd.Wal.Snapshots;

namespace Netcd.Offline.Checking;

/// <summary>
/// Whether the newest snapshot of a stopped member holds users' version 2 keys, which releases from 3.6 on refuse to
/// start with. Source: etcd 3.5's etcdutl/etcdutl/check_command.go and membership/storev2.go.
/// </summary>
public static class V2StoreCheck
{
    private const string Cluster = "0";
    private const string Permissions = "2";

    /// <exception cref="OfflineException">There is such content, or the files cannot be read.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void Run(OfflineTools tools, string dataDirectory, string? walDirectory)
    {
        var layout = new DataDirectory(dataDirectory, walDirectory);
        DataDirectory.Require(tools.Disk, layout.Wal);
        if (!WriteAheadLog.Exists(tools.Disk, layout.Wal))
        {
            return;
        }

        try
        {
            var valid = WriteAheadLog.ValidSnapshots(tools.Disk, layout.Wal);
            DataDirectory.Require(tools.Disk, layout.Snapshots);
            var damaged = new List<CorruptionException>();
            var snapshot = new SnapshotDirectory(tools.Disk, layout.Snapshots).LoadNewest(valid, damaged);
            foreach (var corruption in damaged)
            {
                tools.Warn(
                    "failed to read a snap file", new KeyValuePair<string, object?>("error", corruption.Message));
            }

            if (snapshot is not null && HasContent(snapshot.Data))
            {
                throw new OfflineException("detected custom content in v2store");
            }
        }
        catch (CorruptionException corruption)
        {
            throw new OfflineException(corruption.Message, corruption);
        }
    }

    private static bool HasContent(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var (name, node) in Children(document.RootElement.GetProperty("Root")))
            {
                // Emptied users and roles of version 2 leave their directories behind.
                var counts = name == Permissions
                    ? Children(node).Any(child => Children(child.Node).Any())
                    : name != Cluster && Children(node).Any();
                if (counts)
                {
                    return true;
                }
            }

            return false;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new OfflineException($"failed to recover v2store from snapshot: {problem.Message}", problem);
        }
    }

    private static IEnumerable<(string Name, JsonElement Node)> Children(JsonElement node)
    {
        if (node.TryGetProperty("Children", out var children) && children.ValueKind == JsonValueKind.Object)
        {
            foreach (var child in children.EnumerateObject())
            {
                yield return (child.Name, child.Value);
            }
        }
    }
}
