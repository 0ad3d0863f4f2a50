using System.Buffers;
using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Turns revisions into locations. Keys that lie side by side were often written far apart, so many revisions are
/// looked up in their own order: pages are then met once and neighbours found from where the last one was.
/// </summary>
internal static class BulkLocator
{
    // Below this a sort costs more than the page misses it saves.
    private const int SortedMin = 32;

    /// <param name="view">Where the records are.</param>
    /// <param name="records">Revisions, main as position and sub as length; becomes their locations.</param>
    public static void Locate(BackendView view, Span<RecordLocation> records)
    {
        if (records.Length >= SortedMin && !IsAscending(records))
        {
            LocateSorted(view, records);
            return;
        }

        var locator = view.OpenLocator();
        foreach (ref var record in records)
        {
            record = locator.Locate(new Revision(record.Position, record.Length));
        }
    }

    private static bool IsAscending(ReadOnlySpan<RecordLocation> records)
    {
        for (var i = 1; i < records.Length; i++)
        {
            if (records[i].Position < records[i - 1].Position)
            {
                return false;
            }
        }

        return true;
    }

    private static void LocateSorted(BackendView view, Span<RecordLocation> records)
    {
        var mains = ArrayPool<long>.Shared.Rent(records.Length);
        var positions = ArrayPool<int>.Shared.Rent(records.Length);
        try
        {
            for (var i = 0; i < records.Length; i++)
            {
                mains[i] = records[i].Position;
                positions[i] = i;
            }

            Array.Sort(mains, positions, 0, records.Length);
            var locator = view.OpenLocator();
            foreach (var position in positions.AsSpan(0, records.Length))
            {
                ref var record = ref records[position];
                record = locator.Locate(new Revision(record.Position, record.Length));
            }
        }
        finally
        {
            ArrayPool<long>.Shared.Return(mains);
            ArrayPool<int>.Shared.Return(positions);
        }
    }
}
