namespace Netcd.Offline.Snapshots;

/// <summary>etcd's words for a snapshot that is not what its hash says.</summary>
public static class HashMismatch
{
    public static string Text(byte[] expected, byte[] found) =>
        $"expected sha256 {Listed(expected)}, got {Listed(found)}";

    private static string Listed(byte[] bytes) => $"[{string.Join(' ', bytes)}]";
}
