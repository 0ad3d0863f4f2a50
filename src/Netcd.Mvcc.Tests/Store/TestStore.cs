using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Disk;

namespace Netcd.Mvcc.Tests;

/// <summary>A store over a backend file, with the short ways of saying things that tests want.</summary>
internal sealed class TestStore : IDisposable
{
    public const string DirectoryPath = "/snap";
    public const string FilePath = "/snap/db";

    private ulong _index;

    private TestStore(IDisk disk, Backend backend, MvccStore store)
    {
        Disk = disk;
        Backend = backend;
        Store = store;
        _index = backend.ConsistentIndex.Value;
    }

    public IDisk Disk { get; }

    public Backend Backend { get; }

    public MvccStore Store { get; }

    public Exception? Fatal { get; private set; }

    public static TestStore Open(
        IDisk disk,
        BackendOptions? options = null,
        StoreOptions? storeOptions = null,
        Func<Backend, Lessor>? lessorOf = null)
    {
        disk.CreateDirectory(DirectoryPath);
        TestStore? opened = null;
        var backend = Backend.Open(
            disk, FilePath, options ?? new BackendOptions(), failure => opened!.Fatal = failure); // Fails only once in use.
        var store = MvccStore.Open(backend, lessorOf?.Invoke(backend), storeOptions ?? new StoreOptions());
        opened = new TestStore(disk, backend, store);
        return opened;
    }

    public void Dispose() => Backend.Dispose();

    /// <summary>One log entry: its effects and its index in one section.</summary>
    public T Apply<T>(Func<WriteTransaction, T> effects)
    {
        using (Backend.EnterWrite())
        {
            var transaction = Store.BeginWrite();
            var result = effects(transaction);
            transaction.End();
            Backend.SetConsistent(new LogIndex(++_index), new Term(1));
            return result;
        }
    }

    public PutOutcome Put(string key, string value, long lease = 0) =>
        Apply(transaction => transaction.Put(Bytes(key), Bytes(value), new LeaseId(lease)));

    public long Delete(string key, string end = "") => Apply(transaction => transaction.DeleteRange(Bytes(key), Bytes(end)));

    public StoreStatus Compact(long revision)
    {
        using (Backend.EnterWrite())
        {
            var status = Store.Compact(revision, out _);
            Backend.SetConsistent(new LogIndex(++_index), new Term(1));
            return status;
        }
    }

    public void FinishCompaction()
    {
        while (Store.RunCompactionSlice())
        {
        }
    }

    public uint Hash(long revision = 0)
    {
        Assert.Equal(StoreStatus.Ok, Store.HashKeyValues(revision, out var hash, out _));
        return hash.Hash;
    }

    /// <summary>Keys and values of a range at a revision, as <c>key=value</c>.</summary>
    public string[] List(string key = "\0", string end = "\0", long revision = 0)
    {
        var query = new RangeQuery { Key = Bytes(key), RangeEnd = Bytes(end), Revision = revision };
        Assert.Equal(StoreStatus.Ok, Store.Range(query, out var selection));
        return Take(selection!);
    }

    /// <summary>What a selection holds, as <c>key=value</c>; releases it.</summary>
    public static string[] Take(RangeSelection selection)
    {
        var result = new string[selection.KvCount];
        for (var i = 0; i < result.Length; i++)
        {
            var record = selection.KeyValueAt(i);
            result[i] = Text(record.Key) + "=" + Text(record.Value);
        }

        selection.Release();
        return result;
    }

    /// <summary>Fills a selection in pieces and splits the field into its messages; releases it.</summary>
    public static List<byte[]> Drain(RangeSelection selection, int pieceBytes)
    {
        var whole = new byte[selection.KvsLengthBytes];
        var length = 0;
        while (true)
        {
            var piece = whole.AsSpan(length, Math.Min(pieceBytes, whole.Length - length));
            var written = selection.Fill(piece);
            Assert.Equal(piece.Length, written);
            length += written;
            if (written == 0)
            {
                break;
            }
        }

        Assert.Equal(0, selection.RemainingBytes);
        selection.Release();
        return Split(whole.AsSpan(0, length));
    }

    public static List<byte[]> Split(ReadOnlySpan<byte> field)
    {
        List<byte[]> messages = [];
        var reader = new ProtoReader(field);
        while (reader.TryReadTag(out var number, out var wireType))
        {
            Assert.Equal(2, number);
            messages.Add(reader.ReadBytes(wireType).ToArray());
        }

        return messages;
    }

    public static byte[] Bytes(string text) => System.Text.Encoding.Latin1.GetBytes(text);

    public static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.Latin1.GetString(bytes);
}
