using System.Text;

namespace Netcd.Server.SlowRequests;

/// <summary>A key as a trace shows it.</summary>
internal static class KeyText
{
    // A line about a step is not the place for a key of a megabyte.
    private const int ShownBytesMax = 1024;

    internal static string Of(ReadOnlySpan<byte> key) => key.Length <= ShownBytesMax
        ? Encoding.UTF8.GetString(key)
        : Encoding.UTF8.GetString(key[..ShownBytesMax]) + "...";
}
