namespace Netcd.Ctl.Commands.Checks;

/// <summary>What came of many requests (pkg/report). Thread safe while results come in.</summary>
internal sealed class LoadReport
{
    private readonly Lock _lock = new();
    private readonly List<double> _seconds = [];
    private readonly SortedDictionary<string, int> _errors = new(StringComparer.Ordinal);

    /// <summary>Error texts with their counts.</summary>
    public IReadOnlyDictionary<string, int> Errors => _errors;

    /// <summary>Requests that succeeded.</summary>
    public int Count => _seconds.Count;

    public double Slowest => _seconds.Count == 0 ? 0 : _seconds.Max();

    public double StandardDeviation
    {
        get
        {
            if (_seconds.Count == 0)
            {
                return double.NaN;
            }

            var average = _seconds.Average();
            return Math.Sqrt(_seconds.Sum(second => (second - average) * (second - average)) / _seconds.Count);
        }
    }

    public void Add(TimeSpan duration)
    {
        lock (_lock)
        {
            _seconds.Add(duration.TotalSeconds);
        }
    }

    public void AddError(string text)
    {
        lock (_lock)
        {
            _errors[text] = _errors.GetValueOrDefault(text) + 1;
        }
    }
}
