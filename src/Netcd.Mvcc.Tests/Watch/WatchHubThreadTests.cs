using System.Buffers;
using Netcd.Base;
using Netcd.Base.Buffers;
using Netcd.TestKit;

namespace Netcd.Mvcc.Tests;

/// <summary>The hub on its own thread, with an applier and clients on others.</summary>
public sealed class WatchHubThreadTests
{
    private const int Revisions = 20_000;
    private const int Clients = 8;

    [Fact]
    public async Task Watchers_that_come_and_go_beside_the_applier_see_every_revision_once()
    {
        var history = new SharedHistory();
        using var hub = new WatchHub(history, new WatchOptions(), new ManualTime());
        hub.Publish(1);
        hub.Start();
        var clients = Enumerable.Range(0, Clients).Select(i => new Client(hub, i)).ToArray();
        var applier = Task.Run(() =>
        {
            for (long main = 2; main <= Revisions; main++)
            {
                var stored = history.Add(main);
                hub.Append(new Revision(main, 0), isTombstone: false, stored);
                history.Show(main);
                if (main % 3 == 0 || main == Revisions)
                {
                    hub.Publish(main);
                }
            }
        });

        await applier;
        foreach (var client in clients)
        {
            await client.Done.Task.WaitAsync(TimeSpan.FromMinutes(3));
        }

        foreach (var client in clients)
        {
            client.Close();
        }
    }

    /// <summary>Restarts its watcher now and then from where it is, and refuses messages now and then.</summary>
    private sealed class Client : IWatchSink
    {
        private readonly Prng _random;
        private readonly WatchStream _stream;
        private long _next = 2;
        private long _watchId = -1;
        private long _canceling = -1;

        public Client(WatchHub hub, int number)
        {
            _random = new Prng((ulong)number);
            _stream = hub.OpenStream(this);
            Create();
        }

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Close() => _stream.Close();

        public bool TryWrite(ReadOnlySpan<byte> head, SharedBytes? body)
        {
            if (_random.Percent(2))
            {
                body?.Release();
                ThreadPool.QueueUserWorkItem(static stream => stream.OnWritable(), _stream, preferLocal: false);
                return false;
            }

            byte[] message = body is null ? head.ToArray() : [.. head, .. body.Span];
            body?.Release();
            try
            {
                Take(SeenResponse.Parse(message));
            }
            catch (Exception problem)
            {
                Done.TrySetException(problem);
            }

            return true;
        }

        private void Take(SeenResponse response)
        {
            if (response.Created)
            {
                _watchId = response.WatchId;
                return;
            }

            if (response.Canceled)
            {
                Create();
                return;
            }

            if (response.WatchId == _canceling)
            {
                return;
            }

            foreach (var seen in response.Events)
            {
                Assert.Equal(_next, seen.ModRevision);
                _next++;
            }

            if (_next > Revisions)
            {
                Done.TrySetResult();
            }
            else if (_random.Percent(5))
            {
                _canceling = _watchId;
                _stream.Cancel(_watchId);
            }
        }

        private void Create() => _stream.Create(new WatchRequest { Key = "key"u8, StartRevision = _next });
    }

    /// <summary>One put of one key a revision; readable by any thread.</summary>
    private sealed class SharedHistory : IWatchHistory
    {
        private readonly byte[][] _records = new byte[Revisions + 1][];

        private long _shown = 1;

        public long CurrentRevision => Volatile.Read(ref _shown);

        public long CompactRevision => -1;

        public byte[] Add(long main)
        {
            var version = new KeyVersion(2, main, main - 1);
            var record = new byte[StoredKeyValue.SizeOf(3, 5, version, LeaseId.None)];
            StoredKeyValue.Write(record, "key"u8, "value"u8, version, LeaseId.None);
            Volatile.Write(ref _records[main], record);
            return record;
        }

        public void Show(long main) => Volatile.Write(ref _shown, main);

        public void ReadRevisions(Revision from, long toMain, IRevisionVisitor visitor)
        {
            for (var main = from.Main; main <= toMain; main++)
            {
                if (!visitor.Visit(new Revision(main, 0), isTombstone: false, Volatile.Read(ref _records[main])))
                {
                    return;
                }
            }
        }

        public bool TryReadAt(ReadOnlySpan<byte> key, long atRevision, IBufferWriter<byte> destination) =>
            false;
    }
}
