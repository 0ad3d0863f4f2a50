namespace Netcd.Disk.Unsafe;

/// <summary>Linux error numbers that are told apart; equal on x64 and arm64.</summary>
internal static class Errno
{
    internal const int NoPermission = 1;
    internal const int NoEntry = 2;
    internal const int Interrupted = 4;
    internal const int TryAgain = 11;
    internal const int AccessDenied = 13;
    internal const int InvalidArgument = 22;
    internal const int NotImplemented = 38;
    internal const int NotSupported = 95;
}
