using System.Text;
using Netcd.Base.GoSyntax;
using Netcd.CommandLine;

namespace Netcd.Offline.Terminal;

/// <summary>
/// A bar on the terminal behind standard error, for work that has gone on for a while. It is wiped out when it ends.
/// </summary>
public sealed class ProgressBar : IOfflineProgress, IDisposable
{
    private const int Cells = 30;

    private static readonly TimeSpan SilentTime = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan DrawInterval = TimeSpan.FromMilliseconds(100);

    private readonly ProgramConsole _console;
    private readonly TimeProvider _time;
    private readonly long _start;
    private long _lastDrawn;
    private bool _isShown;

    public ProgressBar(ProgramConsole console, TimeProvider time)
    {
        _console = console;
        _time = time;
        _start = time.GetTimestamp();
    }

    public void Report(string work, long done, long total)
    {
        var now = _time.GetTimestamp();
        if (!_console.IsErrorTerminal || total <= 0
            || _time.GetElapsedTime(_start, now) < SilentTime
            || (_isShown && _time.GetElapsedTime(_lastDrawn, now) < DrawInterval && done < total))
        {
            return;
        }

        _isShown = true;
        _lastDrawn = now;
        _console.WriteError(Line(work, done, total));
    }

    public void Dispose()
    {
        if (_isShown)
        {
            _console.WriteError("\r\x1b[K");
        }
    }

    internal static string Line(string work, long done, long total)
    {
        var filled = (int)(Cells * Math.Clamp((double)done / total, 0, 1));
        return new StringBuilder("\r").Append(work).Append(" [")
            .Append('=', filled).Append(' ', Cells - filled)
            .Append("] ").Append((100 * done / total).ToString().PadLeft(3)).Append("% ")
            .Append(HumanBytes.Format((ulong)done)).Append(" of ").Append(HumanBytes.Format((ulong)total))
            .Append("\x1b[K").ToString();
    }
}
