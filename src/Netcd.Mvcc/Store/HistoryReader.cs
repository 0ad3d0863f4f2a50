using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>Reads records of bucket <c>key</c> in revision order, wherever they are.</summary>
internal static class HistoryReader
{
    public static void Read(Backend backend, Revision from, long toMain, IRevisionVisitor visitor)
    {
        var view = backend.AcquireView();
        try
        {
            Span<byte> key = stackalloc byte[RevisionKey.TombstoneLengthBytes];
            var cursor = view.Pages.KeyCursor();
            var start = key[..RevisionKey.Write(key, from, tombstone: false)];
            for (var found = cursor.Seek(start); found; found = cursor.Next())
            {
                var revision = RevisionKey.Read(cursor.Key, out var tombstone);
                if (revision.Main > toMain || !visitor.Visit(revision, tombstone, cursor.Value))
                {
                    return;
                }
            }

            if (view.Frozen is null || Visit(view.Frozen.Revisions, from, toMain, visitor))
            {
                Visit(view.Active.Revisions, from, toMain, visitor);
            }
        }
        finally
        {
            view.Release();
        }
    }

    private static bool Visit(RevisionBuffer buffer, Revision from, long toMain, IRevisionVisitor visitor)
    {
        for (var i = buffer.LowerBound(from); i < buffer.Count; i++)
        {
            var revision = buffer.RevisionAt(i, out var tombstone);
            if (revision.Main > toMain || !visitor.Visit(revision, tombstone, buffer.ValueAt(i)))
            {
                return false;
            }
        }

        return true;
    }
}
