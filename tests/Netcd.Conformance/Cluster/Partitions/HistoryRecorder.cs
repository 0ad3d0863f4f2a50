using System.Collections.Concurrent;
using System.Diagnostics;
using Google.Protobuf;
using Netcd.Conformance.Cluster.Linearizability;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;

namespace Netcd.Conformance.Cluster.Partitions;

/// <summary>Clients that read and write a few keys side by side, each through one member, and note all they are told.
/// </summary>
internal sealed class HistoryRecorder(EtcdCluster cluster, int clientsPerMember, int seed)
{
    public const string Prefix = "h/";

    private const int Keys = 6;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMilliseconds(1500);

    private readonly ConcurrentQueue<Operation> _history = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<Task> _clients = [];
    private volatile bool _isStopping;
    private int _values;

    public IReadOnlyList<Operation> History => [.. _history];

    public void Start()
    {
        foreach (var (number, member) in cluster.Members.Index())
        {
            for (var i = 0; i < clientsPerMember; i++)
            {
                var random = new Random(seed + (number * 100) + i);
                _clients.Add(Task.Run(() => ClientAsync(member, random)));
            }
        }
    }

    public Task StopAsync()
    {
        _isStopping = true;
        return Task.WhenAll(_clients);
    }

    private async Task ClientAsync(ClusterMember member, Random random)
    {
        using var client = member.NewClient(AnswerLimit);
        while (!_isStopping)
        {
            var operation = NewOperation(random);
            try
            {
                _history.Enqueue(await AskAsync(client, operation));
            }
            catch (Exception problem) when (EtcdCluster.IsLost(problem))
            {
                // A read without an answer says nothing.
                if (operation.Kind != OperationKind.Get)
                {
                    _history.Enqueue(operation);
                }
            }

            await Task.Delay(random.Next(1, 12));
        }
    }

    private Operation NewOperation(Random random)
    {
        var kind = random.Next(10) switch
        {
            < 4 => OperationKind.Get,
            < 7 => OperationKind.Put,
            < 8 => OperationKind.Delete,
            _ => OperationKind.CompareAndPut,
        };
        var value = kind is OperationKind.Put or OperationKind.CompareAndPut
            ? $"v{Interlocked.Increment(ref _values)}"
            : "";
        return new Operation($"{Prefix}{random.Next(Keys)}", kind, _clock.Elapsed, TimeSpan.MaxValue)
        {
            Written = value,
        };
    }

    private async Task<Operation> AskAsync(V3Client client, Operation operation)
    {
        switch (operation.Kind)
        {
            case OperationKind.Get:
                var read = await client.RangeAsync(new RangeRequest { Key = V3Client.Bytes(operation.Key) });
                return Seen(operation, read.Kvs.FirstOrDefault(), read.Header);
            case OperationKind.Put:
                var put = await client.PutAsync(operation.Key, operation.Written);
                return operation with { Returned = _clock.Elapsed, HasWritten = true, Revision = put.Header.Revision };
            case OperationKind.Delete:
                var deletion = await client.DeleteAsync(operation.Key);
                return operation with
                {
                    Returned = _clock.Elapsed, HasWritten = deletion.Deleted > 0, Revision = deletion.Header.Revision,
                };
            default:
                return await CompareAsync(client, operation);
        }
    }

    // The expected revision comes from a serializable read, which may be old; so comparisons fail now and then.
    private async Task<Operation> CompareAsync(V3Client client, Operation operation)
    {
        var key = V3Client.Bytes(operation.Key);
        var read = await client.RangeAsync(new RangeRequest { Key = key, Serializable = true });
        var expected = read.Kvs.FirstOrDefault()?.ModRevision ?? 0;
        var txn = new TxnRequest();
        txn.Compare.Add(
            new Compare
            {
                Key = key, Target = Compare.Types.CompareTarget.Mod, Result = Compare.Types.CompareResult.Equal,
                ModRevision = expected,
            });
        txn.Success.Add(
            new RequestOp { RequestPut = new PutRequest { Key = key, Value = ByteString.CopyFromUtf8(operation.Written) } });
        txn.Failure.Add(new RequestOp { RequestRange = new RangeRequest { Key = key } });
        operation = operation with { Expected = expected };
        TxnResponse answer;
        try
        {
            answer = await client.TxnAsync(txn);
        }
        catch (Exception problem) when (EtcdCluster.IsLost(problem))
        {
            return operation;
        }

        return answer.Succeeded
            ? operation with { Returned = _clock.Elapsed, HasWritten = true, Revision = answer.Header.Revision }
            : Seen(operation, answer.Responses[0].ResponseRange.Kvs.FirstOrDefault(), answer.Header);
    }

    private Operation Seen(Operation operation, Netcd.Proto.Mvcc.KeyValue? kv, ResponseHeader header) =>
        operation with
        {
            Returned = _clock.Elapsed, Seen = kv?.Value.ToStringUtf8(), SeenRevision = kv?.ModRevision ?? 0,
            Revision = header.Revision,
        };
}
