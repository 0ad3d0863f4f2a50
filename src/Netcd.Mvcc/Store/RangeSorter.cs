using System.Runtime.InteropServices;

namespace Netcd.Mvcc;

/// <summary>
/// Orders a selection as RangeRequest's sort options say. Equal items keep the order of their keys, which is what
/// upstream's sort gives for up to twelve items; beyond that its order of equals is unspecified.
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
            SortByValue(selection, descending);
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
            items[i] = new NumberedRecord(descending ? -number : number, i, selection.Records[i]);
        }

        Array.Sort(items);
        for (var i = 0; i < items.Length; i++)
        {
            selection.Records[i] = items[i].Location;
        }
    }

    private static void SortByValue(RangeSelection selection, bool descending)
    {
        var items = new NumberedRecord[selection.KvCount];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = new NumberedRecord(0, i, selection.Records[i]);
        }

        Array.Sort(items, (left, right) =>
        {
            var leftValue = StoredKeyValue.Parse(selection.Read(left.Location)).Value;
            var rightValue = StoredKeyValue.Parse(selection.Read(right.Location)).Value;
            var order = leftValue.SequenceCompareTo(rightValue);
            order = descending ? -order : order;
            return order != 0 ? order : left.Position.CompareTo(right.Position);
        });
        for (var i = 0; i < items.Length; i++)
        {
            selection.Records[i] = items[i].Location;
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct NumberedRecord(long Number, int Position, RecordLocation Location)
        : IComparable<NumberedRecord>
    {
        public int CompareTo(NumberedRecord other) =>
            Number != other.Number ? Number.CompareTo(other.Number) : Position.CompareTo(other.Position);
    }
}
