namespace Netcd.Conformance.Auth;

/// <summary>What was asked, and what came of it.</summary>
internal sealed class MatrixReport
{
    private readonly Dictionary<string, int> _explained = new(StringComparer.Ordinal);
    private int _cells;
    private int _allowed;

    /// <summary>Differences without a reason, one a line or two.</summary>
    public List<string> Unexplained { get; } = [];

    /// <summary>Cells in which a side was asked again, since it gave no verdict in its time.</summary>
    public int AskedAgain { get; private set; }

    /// <summary>Cells in which a side was asked again, and answered otherwise than the other.</summary>
    public int Undecided { get; private set; }

    public string Summary =>
        $"{_cells} cells, {_allowed} allowed by etcd, {Unexplained.Count} unexplained, {AskedAgain} asked again, "
        + $"{Undecided} undecided; "
        + string.Join("; ", _explained.Select(one => $"{one.Value} {one.Key}"));

    public void Add(Identity identity, Cell cell, Verdict goVerdict, Verdict netcdVerdict)
    {
        var (go, netcd) = (goVerdict.Text, netcdVerdict.Text);
        var isSure = goVerdict.IsSure && netcdVerdict.IsSure;
        _cells++;
        _allowed += go.StartsWith("OK", StringComparison.Ordinal) ? 1 : 0;
        AskedAgain += isSure ? 0 : 1;
        if (go == netcd)
        {
            return;
        }

        if (KnownDifferences.ReasonOf(cell, go, netcd) is { } reason)
        {
            _explained[reason] = _explained.GetValueOrDefault(reason) + 1;
        }
        else if (!isSure)
        {
            Undecided++;
        }
        else
        {
            Unexplained.Add($"{identity}: {cell}\n  Go:    {go}\n  netcd: {netcd}");
        }
    }
}
