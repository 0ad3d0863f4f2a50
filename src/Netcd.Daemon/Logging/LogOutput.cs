using System.Buffers;

namespace Netcd.Daemon.Logging;

/// <summary>Where log lines go. One writer at a time; each line is written whole.</summary>
internal sealed class LogOutput : IDisposable
{
    private readonly Lock _lock = new();
    private readonly IReadOnlyList<Stream> _streams;
    private readonly ArrayBufferWriter<byte> _buffer = new(512);

    public LogOutput(IReadOnlyList<Stream> streams) => _streams = streams;

    /// <summary>
    /// Opens the outputs that <c>--log-outputs</c> names; files are appended to, and rotated if that is asked for.
    /// </summary>
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
        _ when rotation is not null => new RotatingFile(name, rotation, TimeProvider.System),
        _ => new FileStream(name, FileMode.Append, FileAccess.Write, FileShare.ReadWrite),
    };
}
