using System.Globalization;
using Netcd.Base;

namespace Netcd.Wal.Segments;

/// <summary>
/// <c>%016x-%016x.wal</c>: the sequence number, one more for each cut, and the index of the first entry that may be in
/// the file. Names sort by sequence.
/// </summary>
internal readonly record struct SegmentName(ulong Sequence, LogIndex FirstIndex)
{
    internal const string Suffix = ".wal";

    private const int HexDigits = 16;

    public override string ToString() => $"{Sequence:x16}-{FirstIndex.Value:x16}{Suffix}";

    internal static bool TryParse(string name, out SegmentName segment)
    {
        segment = default;
        if (name.Length != (2 * HexDigits) + 1 + Suffix.Length || name[HexDigits] != '-'
            || !name.EndsWith(Suffix, StringComparison.Ordinal)
            || !TryParseHex(name.AsSpan(0, HexDigits), out var sequence)
            || !TryParseHex(name.AsSpan(HexDigits + 1, HexDigits), out var index))
        {
            return false;
        }

        segment = new SegmentName(sequence, new LogIndex(index));
        return true;
    }

    private static bool TryParseHex(ReadOnlySpan<char> digits, out ulong value) =>
        ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, null, out value);
}
