using System.Globalization;
using System.Text;
using Netcd.Base.GoSyntax;

namespace Netcd.Server.SlowRequests;

/// <summary>
/// The log line of a request that took more than <see cref="Threshold"/>: its steps that took their part of that.
/// Upstream: pkg/traceutil/trace.go. It is made of timestamps after the fact, so that a request that is not slow pays
/// nothing for it.
/// </summary>
/// <param name="operation">What was done.</param>
/// <param name="time">The clock of all timestamps.</param>
/// <param name="started">When it began.</param>
public sealed class StepTrace(string operation, TimeProvider time, long started)
{
    private readonly StringBuilder _details = new();
    private readonly List<TraceStep> _steps = [];

    /// <summary>From how long on a request is shown; traceThreshold in server/etcdserver/v3_server.go.</summary>
    public static TimeSpan Threshold { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether all steps are shown, however short, as for the loop that asks for read indexes.</summary>
    public bool ShowsAll { get; init; }

    public StepTrace Detail(string name, object value)
    {
        _details.Append(CultureInfo.InvariantCulture, $"{name}:{value}; ");
        return this;
    }

    public StepTrace Detail(string name, ReadOnlySpan<byte> text) => Detail(name, KeyText.Of(text));

    public StepTrace Detail(string name, bool value) => Detail(name, value ? "true" : "false");

    public StepTrace Step(string name, long at) => Step(new TraceStep(name, at));

    public StepTrace Step(TraceStep step)
    {
        _steps.Add(step);
        return this;
    }

    /// <summary>Message and fields of the line of a request that has just ended.</summary>
    public (string Message, KeyValuePair<string, object?>[] Fields) Line(long ended)
    {
        var id = (uint)time.GetUtcNow().Ticks & int.MaxValue;
        var threshold = ShowsAll ? TimeSpan.Zero : Threshold / (_steps.Count + 1);
        var shown = new List<string>();
        var last = started;
        foreach (var step in _steps)
        {
            var took = time.GetElapsedTime(last, step.At);
            last = step.At;
            if (took > threshold)
            {
                shown.Add($"trace[{id}] '{step.Name}' {step.Fields} (duration: {GoDuration.Format(took)})");
            }
        }

        var duration = time.GetElapsedTime(started, ended);
        var now = time.GetUtcNow();
        return ($"trace[{id}] {operation}",
        [
            new("detail", _details.Length == 0 ? "" : "{" + _details + "}"),
            new("duration", duration),
            new("start", now - duration),
            new("end", now),
            new("steps", shown),
            new("step_count", shown.Count),
        ]);
    }
}
