using System.Text;
using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Mvcc;

/// <summary>
/// Writes the fields of a WatchResponse before its events: header 1, watch_id 2, created 3, canceled 4,
/// compact_revision 5, cancel_reason 6, fragment 7. The events (11) follow as they are.
/// </summary>
internal sealed class WatchResponseHead(ulong clusterId, MemberId memberId)
{
    /// <summary>Longest head without a reason: header with four varints, and two more fields.</summary>
    public const int EventHeadBytesMax = 80;

    /// <summary>Stands for "no watcher" and "all watchers of the stream".</summary>
    public const long NoWatchId = -1;

    // The header message of the last revision: all watchers of a revision share it.
    private readonly byte[] _header = new byte[64];
    private int _headerLength;
    private long _revision = -1;
    private ulong _term;

    /// <summary>Head of a response with events or of a progress notification; returns its length.</summary>
    public int Write(Span<byte> destination, long revision, Term term, long watchId, bool fragment)
    {
        var header = Header(revision, term);
        var writer = new ProtoWriter(destination);
        writer.Delimited(1, header);
        writer.Int64(2, watchId);
        writer.Bool(7, fragment);
        return writer.Position;
    }

    public byte[] Created(long revision, Term term, long watchId) =>
        Control(revision, term, watchId, created: true, canceled: false, 0, string.Empty);

    /// <summary>A create that did not happen.</summary>
    public byte[] Refused(long revision, Term term, string reason) =>
        Control(revision, term, NoWatchId, created: true, canceled: true, 0, reason);

    public byte[] Canceled(long revision, Term term, long watchId) =>
        Control(revision, term, watchId, created: false, canceled: true, 0, string.Empty);

    /// <summary>Upstream leaves the header's revision at zero here.</summary>
    public byte[] Compacted(long compactRevision, Term term, long watchId) =>
        Control(0, term, watchId, created: false, canceled: true, compactRevision, string.Empty);

    private byte[] Control(
        long revision,
        Term term,
        long watchId,
        bool created,
        bool canceled,
        long compactRevision,
        string reason)
    {
        var header = Header(revision, term);
        var text = Encoding.UTF8.GetBytes(reason);
        var length = ProtoSize.Delimited(1, header.Length) + ProtoSize.Int64(2, watchId) + ProtoSize.Bool(3, created)
            + ProtoSize.Bool(4, canceled) + ProtoSize.Int64(5, compactRevision) + ProtoSize.Bytes(6, text.Length);
        var message = new byte[length];
        var writer = new ProtoWriter(message);
        writer.Delimited(1, header);
        writer.Int64(2, watchId);
        writer.Bool(3, created);
        writer.Bool(4, canceled);
        writer.Int64(5, compactRevision);
        writer.Bytes(6, text);
        Invariant.Check(writer.Position == length);
        return message;
    }

    private ReadOnlySpan<byte> Header(long revision, Term term)
    {
        if (revision != _revision || term.Value != _term)
        {
            var writer = new ProtoWriter(_header);
            writer.UInt64(1, clusterId);
            writer.UInt64(2, memberId.Value);
            writer.Int64(3, revision);
            writer.UInt64(4, term.Value);
            _headerLength = writer.Position;
            _revision = revision;
            _term = term.Value;
        }

        return _header.AsSpan(0, _headerLength);
    }
}
