using Netcd.Base.Metrics;
using Netcd.Base.Records;
using Netcd.Raft;
using Netcd.Raft.Messages;
using Netcd.Wal;

namespace Netcd.Server.Loops;

/// <summary>
/// Makes appends durable: everything queued goes into one write and one sync, while the next batch gathers behind it.
/// Only when the sync has returned are messages that rest on it sent and the raft loop told. Runs on a thread of its
/// own, so that a leader with followers goes on sending to them; a member without a transport has nobody to send to,
/// and there the raft loop itself writes, which saves two hops between threads for each batch.
/// </summary>
internal sealed class LogWriter(
    WriteAheadLog log,
    Action<Snapshot> saveSnapshot,
    Action<ulong> appended,
    Action<IReadOnlyList<Message>> sendMessages,
    Action prepareLog,
    TimeProvider time,
    Histogram syncSeconds)
    : IDisposable
{
    // Entries of a batch beyond which it is committed before more is taken; bounds the write buffer.
    private const long BatchBytesMax = 8 * 1024 * 1024;

    // The log zeroes blocks ahead of the writer; it is told after this many bytes.
    private const long PrepareBytes = 1024 * 1024;

    private readonly Inbox<StorageAppend> _inbox = new();
    private List<StorageAppend> _appends = [];
    private long _preparedAt;
    private bool _hasSnapshot;

    internal void Post(StorageAppend append) => _inbox.Post(append);

    internal void Run()
    {
        while (_inbox.TakeAll(ref _appends))
        {
            Write();
        }
    }

    /// <summary>
    /// On the calling thread instead of <see cref="Run"/>'s: writes what was posted; says the last id. False if nothing
    /// was posted.
    /// </summary>
    internal bool TryWriteHere(out ulong lastId)
    {
        lastId = 0;
        if (!_inbox.TryTakeAll(ref _appends))
        {
            return false;
        }

        lastId = _appends[^1].Id;
        Write(isHere: true);
        return true;
    }

    internal void Close() => _inbox.Close();

    public void Dispose() => _inbox.Dispose();

    private void Write(bool isHere = false)
    {
        var first = 0;
        while (first < _appends.Count)
        {
            var end = Append(first);
            var began = time.GetTimestamp();
            if (_hasSnapshot)
            {
                // Its record only counts with the commit index that covers it, and the database is about to change.
                log.Sync();
                _hasSnapshot = false;
            }
            else
            {
                log.Commit();
            }

            syncSeconds.ObserveSince(time, began);
            SendMessages(first, end);

            if (!isHere)
            {
                appended(_appends[end - 1].Id);
            }

            first = end;
        }

        _appends.Clear();
        Prepare();
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
