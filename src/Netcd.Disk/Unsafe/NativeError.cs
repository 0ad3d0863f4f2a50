using System.Runtime.InteropServices;

namespace Netcd.Disk.Unsafe;

/// <summary>
/// Turns error numbers into the exceptions IDisk promises; HResult is the error number, as in .NET's own.
/// </summary>
internal static class NativeError
{
    internal static Exception Last(string call, string path) =>
        Exception(call, path, Marshal.GetLastPInvokeError());

    internal static Exception Exception(string call, string path, int error)
    {
        // Go's wording of a failed call on a path: "open /x: no such file or directory".
        var message = $"{call} {path}: {Lowered(Marshal.GetPInvokeErrorMessage(error))}";
        return error switch
        {
            Errno.AccessDenied or Errno.NoPermission =>
                new UnauthorizedAccessException(message) { HResult = error },
            Errno.NoEntry => new FileNotFoundException(message, path) { HResult = error },
            _ => new IOException(message, error),
        };
    }

    private static string Lowered(string text) =>
        text.Length > 1 && char.IsUpper(text[0]) && char.IsLower(text[1])
            ? char.ToLowerInvariant(text[0]) + text[1..]
            : text;
}
