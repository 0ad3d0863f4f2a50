using System.Runtime.InteropServices;

namespace Netcd.Base.Metrics;

/// <summary>One piece of work that a <see cref="PhaseTimer"/> measures.</summary>
[StructLayout(LayoutKind.Auto)]
public struct PhaseTiming
{
    private readonly PhaseTimer? _timer;
    private long _began;
    private int _phase;

    internal PhaseTiming(PhaseTimer? timer, long began)
    {
        _timer = timer;
        _began = began;
    }

    /// <summary>A phase ends and the next begins.</summary>
    public void Next()
    {
        if (_timer is not null)
        {
            var now = _timer.Now;
            _timer.Observe(_phase++, _began, now);
            _began = now;
        }
    }
}
