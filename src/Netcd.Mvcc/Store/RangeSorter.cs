using System.Runtime.InteropServices;

namespace Netcd.Mvcc;

/// <summary>
/// Orders a selection as RangeRequest's sort options say, equal items as Go's sort leaves them
/// (<see cref="PatternSort{T, TOrder}"/>).
/// </summary>
internal static class RangeSorter
{
    public static void Sort(RangeSelection selection, RangeSortOrder order, RangeSortTarget target)
    {
        if (target == RangeSortTarget.Key)
        {
            if (order == RangeSortOrder.Descend)
            {
                selection.Records.Reverse();
            }

            return;
        }

        // A target without an order means ascending.
        var descending = order == RangeSortOrder.Descend;
        if (target == RangeSortTarget.Value)
        {
            PatternSort<RecordLocation, ByValue>.Sort(selection.Records, new ByValue(selection, descending));
        }
        else
        {
            SortByNumber(selection, target, descending);
        }
    }

    private static void SortByNumber(RangeSelection selection, RangeSortTarget target, bool descending)
    {
        var items = new NumberedRecord[selection.KvCount];
        for (var i = 0; i < items.Length; i++)
        {
            var record = selection.KeyValueAt(i);
            var number = target switch
            {
                RangeSortTarget.Version => record.Version,
                RangeSortTarget.Create => record.CreateRevision,
                _ => record.ModRevision,
            };
            items[i] = new NumberedRecord(descending ? -number : number, selection.Records[i]);
        }

        PatternSort<NumberedRecord, ByNumber>.Sort(items, default);
        for (var i = 0; i < items.Length; i++)
        {
            selection.Records[i] = items[i].Location;
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct NumberedRecord(long Number, RecordLocation Location);

    private readonly struct ByNumber : IComparer<NumberedRecord>
    {
        public int Compare(NumberedRecord left, NumberedRecord right) => left.Number.CompareTo(right.Number);
    }

    private readonly struct ByValue(RangeSelection selection, bool descending) : IComparer<RecordLocation>
    {
        public int Compare(RecordLocation left, RecordLocation right)
        {
            var leftValue = StoredKeyValue.Parse(selection.Read(left)).Value;
            var rightValue = StoredKeyValue.Parse(selection.Read(right)).Value;
            return descending ? rightValue.SequenceCompareTo(leftValue) : leftValue.SequenceCompareTo(rightValue);
        }
    }
}
