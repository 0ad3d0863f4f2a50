using Netcd.Base.Metrics;
using Netcd.Base.Records;
using Netcd.Raft;
using Netcd.Raft.Messages;
using Netcd.Wal;

namespace Netcd.Server.Loops;

/// <summary>
/// Makes appends durable: all that the raft loop gathered goes into one write and one sync, and only when that has
/// returned do the messages that rest on it leave. Called by the raft loop itself, as a thread of its own would cost
/// two hand-overs a batch (ADR 2); what arrives meanwhile is the next batch.
/// </summary>
internal sealed class LogWriter(
    WriteAheadLog log,
    Action<Snapshot> saveSnapshot,
    Action<IReadOnlyList<Message>> sendMessages,
    Action prepareLog,
    TimeProvider time,
    Histogram syncSeconds)
{
    // Entries of a batch beyond which it is committed before more is taken; bounds the write buffer.
    private const long BatchBytesMax = 8 * 1024 * 1024;

    // The log zeroes blocks ahead of the writer; it is told after this many bytes.
    private const long PrepareBytes = 1024 * 1024;

    private readonly List<StorageAppend> _appends = [];
    private long _preparedAt;

    // Of the batch at hand.
    private bool _hasSnapshot;
    private bool _mustSync;

    internal void Add(StorageAppend append) => _appends.Add(append);

    /// <summary>Writes what was added; says the last id. False if nothing was.</summary>
    internal bool TryWrite(out ulong lastId)
    {
        lastId = 0;
        if (_appends.Count == 0)
        {
            return false;
        }

        lastId = _appends[^1].Id;
        for (var first = 0; first < _appends.Count;)
        {
            var end = Append(first);
            Commit();
            SendMessages(first, end);
            first = end;
        }

        _appends.Clear();
        Prepare();
        return true;
    }

    /// <summary>Writes what may lag: a commit index that nothing followed.</summary>
    internal void Flush() => log.Commit();

    // A new commit index alone is left in the buffer: it goes out with the next entries, or when the log is flushed.
    private void Commit()
    {
        if (!_mustSync)
        {
            return;
        }

        var began = time.GetTimestamp();
        if (_hasSnapshot)
        {
            // Its record only counts with the commit index that covers it, and the database is about to change.
            log.Sync();
        }
        else
        {
            log.Commit();
        }

        syncSeconds.ObserveSince(time, began);
        _hasSnapshot = false;
        _mustSync = false;
    }

    // Together, so that of several acknowledgements to one leader the last is enough.
    private void SendMessages(int first, int end)
    {
        var messages = _appends[first].PeerMessages;
        for (var i = first + 1; i < end; i++)
        {
            var more = _appends[i].PeerMessages;
            messages = messages.Count == 0 ? more : more.Count == 0 ? messages : [.. messages, .. more];
        }

        if (messages.Count > 0)
        {
            sendMessages(messages);
        }
    }

    private int Append(int first)
    {
        var bytes = 0L;
        var next = first;
        while (next < _appends.Count && bytes < BatchBytesMax)
        {
            var append = _appends[next++];
            if (append.Snapshot is { } snapshot)
            {
                saveSnapshot(snapshot);
                _hasSnapshot = true;
            }

            _mustSync |= append.MustSync;
            log.Append(append.HardState ?? default, append.Entries.Span);
            foreach (ref readonly var entry in append.Entries.Span)
            {
                bytes += entry.Data.Length;
            }
        }

        return next;
    }

    private void Prepare()
    {
        var offset = log.Offset;
        if (offset < _preparedAt || offset - _preparedAt > PrepareBytes)
        {
            _preparedAt = offset;
            prepareLog();
        }
    }
}
