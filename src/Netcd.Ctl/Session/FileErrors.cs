namespace Netcd.Ctl.Session;

/// <summary>Errors of files in Go's words: <c>open /nope: no such file or directory</c>.</summary>
internal static class FileErrors
{
    // Linux's errno; .NET hands it through in the result code of errors that it has no type for.
    private const int TooLarge = 27;
    private const int NoSpace = 28;
    private const int ReadOnly = 30;
    private const int QuotaExceeded = 122;

    public static string Text(string operation, string path, Exception problem) =>
        $"{operation} {path}: {Reason(path, problem)}";

    public static string Reason(string path, Exception problem) => problem switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file or directory",
        UnauthorizedAccessException when Directory.Exists(path) => "is a directory",
        UnauthorizedAccessException => "permission denied",
        PathTooLongException => "file name too long",
        IOException { HResult: TooLarge } => "file too large",
        IOException { HResult: NoSpace } => "no space left on device",
        IOException { HResult: ReadOnly } => "read-only file system",
        IOException { HResult: QuotaExceeded } => "disk quota exceeded",
        _ => problem.Message,
    };
}
