using System.Text;

namespace Netcd.CommandLine.Help;

/// <summary>
/// Aligns text as Go's text/tabwriter does with tabs of eight columns: a tab ends a cell, cells of one column in
/// adjacent lines form a block, and a block is as wide as its widest cell and one more, padded with tabs.
/// </summary>
/// <example>
/// <code>
/// a→b     a→→→b
/// long word→c → long word→c      (→ is a tab: the block of "a" and "long word" is 16 columns wide)
/// </code>
/// </example>
public sealed class TabWriter
{
    private const int TabColumns = 8;

    private readonly string[][] _lines;
    private readonly List<int> _widths = [];
    private readonly StringBuilder _output = new();

    private TabWriter(string[][] lines)
    {
        _lines = lines;
    }

    public static string Align(string text)
    {
        var writer = new TabWriter([.. text.Split('\n').Select(line => line.Split('\t'))]);
        writer.Format(0, writer._lines.Length);
        return writer._output.ToString();
    }

    // Lines [first, end) share the columns whose widths are known.
    private void Format(int first, int end)
    {
        var column = _widths.Count;
        for (var line = first; line < end; line++)
        {
            if (column >= _lines[line].Length - 1)
            {
                continue;
            }

            WriteLines(first, line);
            first = line;
            var width = 0;
            for (; line < end && column < _lines[line].Length - 1; line++)
            {
                width = Math.Max(width, Columns(_lines[line][column]) + 1);
            }

            _widths.Add(width);
            Format(first, line);
            _widths.RemoveAt(column);
            first = line--;
        }

        WriteLines(first, end);
    }

    private void WriteLines(int first, int end)
    {
        for (var line = first; line < end; line++)
        {
            var cells = _lines[line];
            for (var column = 0; column < cells.Length; column++)
            {
                _output.Append(cells[column]);
                if (column < _widths.Count && column < cells.Length - 1)
                {
                    var width = (_widths[column] + TabColumns - 1) / TabColumns * TabColumns;
                    _output.Append('\t', (width - Columns(cells[column]) + TabColumns - 1) / TabColumns);
                }
            }

            if (line < _lines.Length - 1)
            {
                _output.Append('\n');
            }
        }
    }

    private static int Columns(string cell) => cell.EnumerateRunes().Count();
}
