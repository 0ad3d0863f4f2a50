namespace Netcd.Offline.Dump;

/// <summary>How much of a value is shown, with the reason of each number.</summary>
internal static class DumpLimits
{
    /// <summary>A value longer than this is cut unless all of it is asked for: a line should stay a line.</summary>
    internal const int ValueBytesShown = 96;
}
