namespace Netcd.Conformance.Auth;

/// <summary>What was asked, and what came of it.</summary>
internal sealed class MatrixReport
{
    private readonly Dictionary<string, int> _explained = new(StringComparer.Ordinal);
    private int _cells;
    private int _allowed;

    /// <summary>Differences without a reason, one a line or two.</summary>
    public List<string> Unexplained { get; } = [];

    public string Summary =>
        $"{_cells} cells, {_allowed} allowed by etcd, {Unexplained.Count} unexplained; "
        + string.Join("; ", _explained.Select(one => $"{one.Value} {one.Key}"));

    public void Add(Identity identity, Cell cell, string go, string netcd)
    {
        _cells++;
        _allowed += go.StartsWith("OK", StringComparison.Ordinal) ? 1 : 0;
        if (go == netcd)
        {
            return;
        }

        if (KnownDifferences.ReasonOf(cell, go, netcd) is { } reason)
        {
            _explained[reason] = _explained.GetValueOrDefault(reason) + 1;
        }
        else
        {
            Unexplained.Add($"{identity}: {cell}\n  Go:    {go}\n  netcd: {netcd}");
        }
    }
}
