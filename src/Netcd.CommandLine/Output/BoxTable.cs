using System.Text;

namespace Netcd.CommandLine.Output;

/// <summary>
/// A table with lines, as etcdctl 3.5.30 of Debian draws it: titles in capitals and in the middle, cells to the right.
/// </summary>
public static class BoxTable
{
    public static string Format(IReadOnlyList<string> titles, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = new int[titles.Count];
        for (var column = 0; column < titles.Count; column++)
        {
            widths[column] = Math.Max(
                Columns(titles[column]),
                rows.Count == 0 ? 0 : rows.Max(row => Columns(row[column])));
        }

        var table = new StringBuilder();
        AppendLine(table, widths, '┌', '┬', '┐');
        AppendRow(table, widths, titles, (cell, width) => Middle(cell.ToUpperInvariant(), width));
        if (rows.Count > 0)
        {
            AppendLine(table, widths, '├', '┼', '┤');
        }

        foreach (var row in rows)
        {
            AppendRow(table, widths, row, (cell, width) => new string(' ', width - Columns(cell)) + cell);
        }

        AppendLine(table, widths, '└', '┴', '┘');
        return table.ToString();
    }

    private static void AppendLine(StringBuilder table, int[] widths, char left, char middle, char right)
    {
        for (var column = 0; column < widths.Length; column++)
        {
            table.Append(column == 0 ? left : middle).Append('─', widths[column] + 2);
        }

        table.Append(right).Append('\n');
    }

    private static void AppendRow(
        StringBuilder table, int[] widths, IReadOnlyList<string> cells, Func<string, int, string> place)
    {
        for (var column = 0; column < widths.Length; column++)
        {
            table.Append("│ ").Append(place(cells[column], widths[column])).Append(' ');
        }

        table.Append("│\n");
    }

    private static string Middle(string cell, int width)
    {
        var free = width - Columns(cell);
        return new string(' ', free / 2) + cell + new string(' ', free - (free / 2));
    }

    // Letters of East Asia are two columns wide on a terminal.
    private static int Columns(string cell)
    {
        var columns = 0;
        foreach (var rune in cell.EnumerateRunes())
        {
            columns += rune.Value switch
            {
                >= 0x1100 and <= 0x115f or >= 0x2e80 and <= 0xa4cf or >= 0xac00 and <= 0xd7a3
                    or >= 0xf900 and <= 0xfaff or >= 0xfe30 and <= 0xfe6f or >= 0xff00 and <= 0xff60
                    or >= 0xffe0 and <= 0xffe6 or >= 0x1f300 and <= 0x1faff or >= 0x20000 and <= 0x3fffd => 2,
                _ => 1,
            };
        }

        return columns;
    }
}
