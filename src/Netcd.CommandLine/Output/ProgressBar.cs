using System.Globalization;
using System.Text;
using Netcd.Base.GoSyntax;

namespace Netcd.CommandLine.Output;

/// <summary>
/// How far a long work is, in one line of standard error that is written anew several times a second and wiped at the
/// end; nothing unless standard error is a terminal. Any thread may report.
/// </summary>
public sealed class ProgressBar : IDisposable
{
    private const int Cells = 30;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ProgramConsole _console;
    private readonly TimeProvider _time;
    private readonly TimeSpan _silence;
    private readonly long _start;
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private long _drawn;
    private bool _isShown;

    /// <param name="console">Where it is shown.</param>
    /// <param name="time">What tells how long the work goes on.</param>
    /// <param name="silence">Work that takes no longer than this shows no bar.</param>
    public ProgressBar(ProgramConsole console, TimeProvider time, TimeSpan silence)
    {
        _console = console;
        _time = time;
        _silence = silence;
        _start = time.GetTimestamp();
    }

    /// <param name="work">What is done, as a person would say it: "copying".</param>
    /// <param name="done">Bytes done.</param>
    /// <param name="total">Of how many.</param>
    public void Report(string work, long done, long total)
    {
        if (IsDue(done >= total))
        {
            var perSecond = done / Math.Max(_time.GetElapsedTime(_start).TotalSeconds, 0.001);
            Draw(
                work, (double)done / Math.Max(total, 1),
                $"{HumanBytes.Format((ulong)done)} of {HumanBytes.Format((ulong)total)}, "
                + $"{HumanBytes.Format((ulong)perSecond)}/s");
        }
    }

    /// <summary>The same for work that ends when its time is up.</summary>
    public void Report(string work, TimeSpan total)
    {
        var done = _time.GetElapsedTime(_start);
        if (IsDue(done >= total))
        {
            Draw(
                work, done / total,
                string.Create(
                    CultureInfo.InvariantCulture, $"{(int)done.TotalSeconds} s of {(int)total.TotalSeconds} s"));
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isShown)
            {
                _console.WriteError("\r\e[K");
                _isShown = false;
            }
        }
    }

    private bool IsDue(bool isLast)
    {
        if (!_console.IsErrorTerminal)
        {
            return false;
        }

        lock (_lock)
        {
            return _time.GetElapsedTime(_start) >= _silence
                && (!_isShown || isLast || _time.GetElapsedTime(_drawn) >= Pause);
        }
    }

    private void Draw(string work, double share, string amount)
    {
        share = Math.Clamp(share, 0, 1);
        var filled = (int)(Cells * share);
        var line = new StringBuilder("\r").Append(work).Append(" [")
            .Append('=', filled).Append(' ', Cells - filled)
            .Append(CultureInfo.InvariantCulture, $"] {(int)(share * 100),3}% ").Append(amount).Append("\e[K");
        lock (_lock)
        {
            _isShown = true;
            _drawn = _time.GetTimestamp();
            _console.WriteError(line.ToString());
        }
    }
}
