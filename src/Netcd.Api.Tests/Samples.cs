using Google.Protobuf;
using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Proto.EtcdServer;
using Netcd.Server.Requests;

namespace Netcd.Api.Tests;

/// <summary>Random requests, as the generated messages make them.</summary>
internal static class Samples
{
    public static ByteString Bytes(Prng random, int lengthMax)
    {
        var bytes = new byte[random.Next(lengthMax + 1)];
        random.Fill(bytes);
        return ByteString.CopyFrom(bytes);
    }

    public static long Number(Prng random) => random.Next(5) switch
    {
        0 => 0,
        1 => random.Next(200),
        2 => -random.Next(200),
        3 => (long)random.NextUInt64(),
        _ => long.MaxValue - random.Next(3),
    };

    public static RangeRequest Range(Prng random) => new()
    {
        Key = Bytes(random, 20),
        RangeEnd = Bytes(random, 20),
        Limit = Number(random),
        Revision = Number(random),
        SortOrder = (RangeRequest.Types.SortOrder)random.Next(4),
        SortTarget = (RangeRequest.Types.SortTarget)random.Next(6),
        Serializable = random.Percent(50),
        KeysOnly = random.Percent(50),
        CountOnly = random.Percent(50),
        MinModRevision = Number(random),
        MaxModRevision = Number(random),
        MinCreateRevision = Number(random),
        MaxCreateRevision = Number(random),
    };

    public static PutRequest Put(Prng random) => new()
    {
        Key = Bytes(random, 20),
        Value = Bytes(random, 300),
        Lease = Number(random),
        PrevKv = random.Percent(50),
        IgnoreValue = random.Percent(20),
        IgnoreLease = random.Percent(20),
    };

    public static DeleteRangeRequest Delete(Prng random) => new()
    {
        Key = Bytes(random, 20),
        RangeEnd = Bytes(random, 20),
        PrevKv = random.Percent(50),
    };

    public static Compare Compare(Prng random)
    {
        var compare = new Compare
        {
            Result = (Compare.Types.CompareResult)random.Next(5),
            Target = (Compare.Types.CompareTarget)random.Next(6),
            Key = Bytes(random, 20),
            RangeEnd = Bytes(random, 20),
        };
        switch (random.Next(6))
        {
            case 0: compare.Version = Number(random); break;
            case 1: compare.CreateRevision = Number(random); break;
            case 2: compare.ModRevision = Number(random); break;
            case 3: compare.Value = Bytes(random, 20); break;
            case 4: compare.Lease = Number(random); break;
        }

        return compare;
    }

    public static RequestOp Operation(Prng random, int depth) => random.Next(depth > 0 ? 5 : 4) switch
    {
        0 => new RequestOp { RequestRange = Range(random) },
        1 => new RequestOp { RequestPut = Put(random) },
        2 => new RequestOp { RequestDeleteRange = Delete(random) },
        3 => new RequestOp(),
        _ => new RequestOp { RequestTxn = Txn(random, depth - 1) },
    };

    public static TxnRequest Txn(Prng random, int depth)
    {
        var txn = new TxnRequest();
        for (var i = random.Next(3); i > 0; i--)
        {
            txn.Compare.Add(Compare(random));
        }

        for (var i = random.Next(4); i > 0; i--)
        {
            txn.Success.Add(Operation(random, depth));
        }

        for (var i = random.Next(3); i > 0; i--)
        {
            txn.Failure.Add(Operation(random, depth));
        }

        return txn;
    }

    public static WatchRequest Watch(Prng random) => random.Next(4) switch
    {
        0 => new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = Number(random) } },
        1 => new WatchRequest { ProgressRequest = new WatchProgressRequest() },
        _ => new WatchRequest
        {
            CreateRequest = new WatchCreateRequest
            {
                Key = Bytes(random, 20),
                RangeEnd = Bytes(random, 20),
                StartRevision = Number(random),
                ProgressNotify = random.Percent(50),
                Filters = { (WatchCreateRequest.Types.FilterType)random.Next(3) },
                PrevKv = random.Percent(50),
                WatchId = Number(random),
                Fragment = random.Percent(50),
            },
        },
    };

    /// <summary>A TxnRequest whose one operation is a TxnRequest whose one operation is ... and at last some bytes.</summary>
    public static byte[] NestedTxn(int depth, byte[] innermost)
    {
        // Built from the inside out, so backwards into a buffer that is large enough.
        var buffer = new byte[innermost.Length + (depth * 12)];
        var start = buffer.Length - innermost.Length;
        innermost.CopyTo(buffer, start);
        for (var i = 0; i < depth; i++)
        {
            start = Prepend(buffer, start, field: 4);
            start = Prepend(buffer, start, field: 2);
        }

        return buffer[start..];
    }

    /// <summary>Reads everything of a transaction through the views.</summary>
    public static void Walk(ReadOnlySpan<byte> message)
    {
        var txn = TxnRequestView.Parse(message);
        foreach (var compare in txn.Compares)
        {
            CompareView.Parse(compare);
        }

        WalkBranch(txn.Success);
        WalkBranch(txn.Failure);
    }

    public static bool IsInternal(string name) =>
        name.StartsWith("LeaseCheckpoint", StringComparison.Ordinal)
        || name.StartsWith("DowngradeVersionTest", StringComparison.Ordinal);

    private static void WalkBranch(RepeatedMessages operations)
    {
        foreach (var message in operations)
        {
            var operation = RequestOpView.Parse(message);
            switch (operation.Kind)
            {
                case RequestOpKind.Range: RangeRequestView.Parse(operation.Message); break;
                case RequestOpKind.Put: PutRequestView.Parse(operation.Message); break;
                case RequestOpKind.DeleteRange: DeleteRangeRequestView.Parse(operation.Message); break;
                case RequestOpKind.Txn: Walk(operation.Message); break;
            }
        }
    }

    private static int Prepend(byte[] buffer, int start, int field)
    {
        var length = buffer.Length - start;
        var head = ProtoSize.Tag(field) + ProtoSize.Varint((ulong)length);
        var writer = new ProtoWriter(buffer.AsSpan(start - head, head));
        writer.DelimitedHeader(field, length);
        return start - head;
    }
}
