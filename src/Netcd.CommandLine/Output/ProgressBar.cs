using System.Diagnostics;
using Netcd.Base.GoSyntax;

namespace Netcd.CommandLine.Output;

/// <summary>
/// How far a long work is, in one line of standard error that is written anew several times a second and wiped at the
/// end; nothing unless standard error is a terminal.
/// </summary>
public sealed class ProgressBar(ProgramConsole console, string what) : IDisposable
{
    private const int BarColumns = 30;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly long _start = Stopwatch.GetTimestamp();
    private long _shown;
    private bool _isVisible;

    /// <param name="done">Bytes that are done.</param>
    /// <param name="all">All bytes; 0 if nobody knows.</param>
    public void Show(long done, long all)
    {
        if (!console.IsErrorTerminal || (_isVisible && Stopwatch.GetElapsedTime(_shown) < Pause && done < all))
        {
            return;
        }

        _shown = Stopwatch.GetTimestamp();
        _isVisible = true;
        var share = all > 0 ? Math.Clamp((double)done / all, 0, 1) : 0;
        var filled = (int)(share * BarColumns);
        var bar = new string('=', filled) + new string(' ', BarColumns - filled);
        var perSecond = done / Math.Max(Stopwatch.GetElapsedTime(_start).TotalSeconds, 0.001);
        var size = all > 0
            ? $"{HumanBytes.Format((ulong)done)} of {HumanBytes.Format((ulong)all)}"
            : HumanBytes.Format((ulong)done);
        console.WriteError($"\r\e[K{what} [{bar}] {share * 100:F0}% {size}, {HumanBytes.Format((ulong)perSecond)}/s");
    }

    public void Dispose()
    {
        if (_isVisible)
        {
            console.WriteError("\r\e[K");
            _isVisible = false;
        }
    }
}
