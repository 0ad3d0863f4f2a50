using Netcd.Base;
using Netcd.Bbolt.Tests.Support;

namespace Netcd.Bbolt.Tests;

/// <summary>
/// Random transactions against a sorted dictionary, with reopening, rollback, readers of old states and the checker.
/// </summary>
public sealed class BboltModelTests
{
    private static readonly string[] Names = ["alarm", "key", "lease"];

    public static TheoryData<string, ulong> Workloads()
    {
        var data = new TheoryData<string, ulong>();
        foreach (var shape in (string[])["small", "sequential", "overflow", "long keys", "shrinking"])
        {
            for (var seed = 1UL; seed <= 6; seed++)
            {
                data.Add(shape, seed);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Random_transactions_agree_with_a_sorted_dictionary(string shape, ulong seed)
    {
        var prng = new Prng(seed);
        var disk = TestDatabase.NewDisk();
        var database = TestDatabase.Open(disk);
        var model = NewModel();
        database.Update(transaction =>
            Array.ForEach(Names, name => transaction.CreateBucket(TestDatabase.Bytes(name))));
        List<(BboltReadTransaction Transaction, Model Model)> readers = [];
        for (var round = 0; round < 25; round++)
        {
            var changed = model.Copy();
            using (var transaction = database.BeginWrite())
            {
                Change(transaction, changed, shape, round, prng);
                if (prng.Percent(85))
                {
                    transaction.Commit();
                    model = changed;
                }
            }

            database.AssertSound();
            if (prng.Percent(40))
            {
                readers.Add((database.BeginRead(), model));
            }

            foreach (var (transaction, seen) in readers)
            {
                seen.AssertEqual(transaction, Names);
            }

            if (readers.Count > 0 && prng.Percent(50))
            {
                var index = prng.Next(readers.Count);
                readers[index].Transaction.Dispose();
                readers.RemoveAt(index);
            }

            if (readers.Count == 0 || prng.Percent(10))
            {
                readers.ForEach(reader => reader.Transaction.Dispose());
                readers.Clear();
                database.Dispose();
                database = TestDatabase.Open(disk);
                database.AssertSound();
            }

            using var now = database.BeginRead();
            model.AssertEqual(now, Names);
        }

        readers.ForEach(reader => reader.Transaction.Dispose());
        database.Dispose();
    }

    private static Model NewModel()
    {
        var model = new Model();
        Array.ForEach(Names, model.AddBucket);
        return model;
    }

    private static void Change(BboltWriteTransaction transaction, Model model, string shape, int round, Prng prng)
    {
        var operations = prng.Next(1, shape == "overflow" ? 20 : 400);
        for (var i = 0; i < operations; i++)
        {
            var name = Names[prng.Percent(70) ? 1 : prng.Next(Names.Length)];
            var bucket = transaction.Bucket(TestDatabase.Bytes(name));
            Assert.NotNull(bucket);
            bucket.FillPercent = shape == "sequential" ? 0.9 : 0.5;
            var key = Key(shape, round, i, prng);
            var deletes = shape == "shrinking" && round > 8 ? 80 : 25;
            if (prng.Percent(deletes) && model[name].Count > 0)
            {
                key = prng.Percent(90) ? model[name].Keys.ElementAt(prng.Next(model[name].Count)) : key;
                Assert.Equal(model[name].Remove(key), bucket.Delete(key));
            }
            else
            {
                var value = Value(shape, prng);
                bucket.Put(key, value);
                model[name][key] = value;
            }

            if (prng.Percent(5))
            {
                AssertSameView(bucket, model[name], key);
            }
        }
    }

    private static void AssertSameView(BboltWriteBucket bucket, SortedDictionary<byte[], byte[]> model, byte[] key)
    {
        var found = bucket.TryGet(key, out var value);
        Assert.Equal(model.TryGetValue(key, out var expected), found);
        Assert.Equal(expected ?? [], value.ToArray());
        var next = model.Keys.FirstOrDefault(other => ByteOrder.Instance.Compare(other, key) > 0);
        Assert.Equal(next is not null, bucket.TrySeekAfter(key, out var after, out _));
        Assert.Equal(next ?? [], after.ToArray());
        var self = model.Keys.FirstOrDefault(other => ByteOrder.Instance.Compare(other, key) >= 0);
        Assert.Equal(self is not null, bucket.TrySeek(key, out var at, out _));
        Assert.Equal(self ?? [], at.ToArray());
    }

    private static byte[] Key(string shape, int round, int index, Prng prng)
    {
        var key = shape switch
        {
            "sequential" => TestDatabase.Bytes($"{round:d6}_{index:d6}"),
            "long keys" => new byte[prng.Percent(10) ? prng.Next(1, Limits.KeyBytesMax) : prng.Next(1, 600)],
            _ => new byte[prng.Next(1, 12)],
        };
        if (shape != "sequential")
        {
            prng.Fill(key.AsSpan(0, Math.Min(key.Length, 12)));
        }

        return key;
    }

    private static byte[] Value(string shape, Prng prng)
    {
        var value = new byte[shape == "overflow" && prng.Percent(30) ? prng.Next(60_000) : prng.Next(200)];
        prng.Fill(value);
        return value;
    }

    private sealed class Model : Dictionary<string, SortedDictionary<byte[], byte[]>>
    {
        public void AddBucket(string name) => Add(name, new SortedDictionary<byte[], byte[]>(ByteOrder.Instance));

        public Model Copy()
        {
            var copy = new Model();
            foreach (var (name, entries) in this)
            {
                copy.Add(name, new SortedDictionary<byte[], byte[]>(entries, ByteOrder.Instance));
            }

            return copy;
        }

        public void AssertEqual(BboltReadTransaction transaction, string[] names)
        {
            foreach (var name in names)
            {
                var entries = transaction.Entries(name);
                Assert.Equal(this[name].Count, entries.Count);
                var same = this[name].Zip(entries).All(pair =>
                    pair.First.Key.AsSpan().SequenceEqual(pair.Second.Key)
                    && pair.First.Value.AsSpan().SequenceEqual(pair.Second.Value));
                Assert.True(same, $"bucket {name} differs from the model");
            }
        }
    }
}
