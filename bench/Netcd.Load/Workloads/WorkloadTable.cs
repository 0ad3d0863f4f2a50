using System.Globalization;
using Google.Protobuf;
using Netcd.Base;
using Netcd.Proto.EtcdServer;

namespace Netcd.Load.Workloads;

/// <summary>The workloads by name. Keys and values come from the request's number alone, so that runs repeat.</summary>
internal static class WorkloadTable
{
    private const string KvPut = "/etcdserverpb.KV/Put";
    private const string KvRange = "/etcdserverpb.KV/Range";
    private const string KvTxn = "/etcdserverpb.KV/Txn";

    public static Workload Find(string name, LoadOptions options) => name switch
    {
        "put" => Put(options),
        "range" => Range(options),
        "list" => List(options),
        "txn-put" => TxnPut(options),
        "fill" => Fill(options),
        _ => throw new LoadException($"unknown workload: {name} (put, range, list, txn-put, fill, watch)"),
    };

    /// <summary>A key of the given length that counts up: zero-padded, behind a prefix if one is set.</summary>
    public static ByteString Key(LoadOptions options, int number)
    {
        var prefix = options.Text("prefix", "");
        var digits = (number % options.KeySpace).ToString(CultureInfo.InvariantCulture);
        return ByteString.CopyFromUtf8(
            prefix + digits.PadLeft(Math.Max(digits.Length, options.KeyBytes - prefix.Length), '0'));
    }

    private static Workload Put(LoadOptions options)
    {
        var value = Value(options);
        return new Workload(
            KvPut, number => new PutRequest { Key = Key(options, number), Value = value }.ToByteArray());
    }

    private static Workload Range(LoadOptions options)
    {
        var request = new RangeRequest
        {
            Key = ByteString.CopyFromUtf8(options.Text("key", "foo")),
            Serializable = options.Text("consistency", "l") == "s",
        }.ToByteArray();
        return new Workload(KvRange, _ => request);
    }

    private static Workload List(LoadOptions options)
    {
        var prefix = ByteString.CopyFromUtf8(options.Text("prefix", "\0"));
        var end = prefix.ToByteArray();
        end[^1]++;
        var request = new RangeRequest
        {
            Key = prefix,
            RangeEnd = ByteString.CopyFrom(end),
            Limit = options.Number("limit", 0),
            CountOnly = options.Has("count-only"),
            KeysOnly = options.Has("keys-only"),
            Serializable = options.Text("consistency", "l") == "s",
        }.ToByteArray();
        return new Workload(KvRange, _ => request);
    }

    // As the API server updates an object: only if nobody did in between, else read it.
    private static Workload TxnPut(LoadOptions options)
    {
        var value = Value(options);
        return new Workload(
            KvTxn,
            number =>
            {
                var key = Key(options, number);
                var txn = new TxnRequest();
                txn.Compare.Add(
                    new Compare
                    {
                        Key = key,
                        Target = Compare.Types.CompareTarget.Mod,
                        Result = Compare.Types.CompareResult.NotEqual,
                        ModRevision = -1,
                    });
                txn.Success.Add(new RequestOp { RequestPut = new PutRequest { Key = key, Value = value } });
                txn.Failure.Add(new RequestOp { RequestRange = new RangeRequest { Key = key } });
                return txn.ToByteArray();
            });
    }

    /// <summary>100 puts a transaction: the quick way to many keys.</summary>
    private static Workload Fill(LoadOptions options)
    {
        var value = Value(options);
        var puts = options.Number("txn-ops", 100);
        return new Workload(
            KvTxn,
            number =>
            {
                var txn = new TxnRequest();
                for (var i = 0; i < puts; i++)
                {
                    txn.Success.Add(
                        new RequestOp
                        {
                            RequestPut = new PutRequest { Key = Key(options, (number * puts) + i), Value = value },
                        });
                }

                return txn.ToByteArray();
            });
    }

    private static ByteString Value(LoadOptions options)
    {
        var value = new byte[options.ValueBytes];
        new Prng(1).Fill(value);
        return ByteString.CopyFrom(value);
    }
}
