using System.Buffers;
using Netcd.Base.GoSyntax;

namespace Netcd.Daemon.Logging;

/// <summary>Where log lines go. One writer at a time; each line is written whole.</summary>
internal sealed class LogOutput : IDisposable
{
    private static readonly SearchValues<char> SchemeLetters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    private readonly Lock _lock = new();
    private readonly IReadOnlyList<Stream> _streams;
    private readonly ArrayBufferWriter<byte> _buffer = new(512);

    public LogOutput(IReadOnlyList<Stream> streams) => _streams = streams;

    /// <summary>
    /// Opens the outputs that <c>--log-outputs</c> names; files are appended to, and rotated if that is asked for.
    /// </summary>
    /// <exception cref="FlagValueException">One cannot be opened.</exception>
    public static LogOutput Open(IEnumerable<string> names, LogRotation? rotation) =>
        new([.. names.Select(name => OpenOne(name, rotation))]);

    public void Write(Action<IBufferWriter<byte>> writeLine)
    {
        lock (_lock)
        {
            _buffer.ResetWrittenCount();
            writeLine(_buffer);
            foreach (var stream in _streams)
            {
                try
                {
                    stream.Write(_buffer.WrittenSpan);
                    stream.Flush();
                }
                catch (IOException)
                {
                    // A log that cannot be written (closed pipe, full disk) must not stop the member.
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (var stream in _streams)
        {
            stream.Dispose();
        }
    }

    // Under systemd standard error is the journal, so "default" and "systemd/journal" need nothing else.
    private static Stream OpenOne(string name, LogRotation? rotation) => name switch
    {
        "default" or "stderr" or "systemd/journal" => Console.OpenStandardError(),
        "stdout" => Console.OpenStandardOutput(),
        _ => OpenFile(name, rotation),
    };

    // go.uber.org/zap, sink.go and open.go.
    private static Stream OpenFile(string name, LogRotation? rotation)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var scheme = colon > 0 && char.IsAsciiLetter(name[0])
            && name.AsSpan(0, colon).IndexOfAnyExcept(SchemeLetters) < 0 ? name[..colon].ToLowerInvariant() : "";
        if (scheme is not ("" or "file"))
        {
            throw Closed(name, $"no sink found for scheme {GoText.Quote(scheme)}");
        }

        var path = scheme.Length == 0 ? name
            : name.StartsWith("file://", StringComparison.OrdinalIgnoreCase) ? name["file://".Length..]
            : name["file:".Length..];
        try
        {
            return rotation is not null
                ? new RotatingFile(path, rotation, TimeProvider.System)
                : new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var reason = problem switch
            {
                UnauthorizedAccessException when Directory.Exists(path) => "is a directory",
                UnauthorizedAccessException => "permission denied",
                FileNotFoundException or DirectoryNotFoundException => "no such file or directory",
                ArgumentException when path.Length == 0 => "no such file or directory",
                PathTooLongException => "file name too long",
                _ => problem.Message,
            };
            throw Closed(name, $"open {path}: {reason}");
        }
    }

    private static FlagValueException Closed(string name, string reason) =>
        new($"open sink {GoText.Quote(name)}: {reason}");
}
