namespace Netcd.Client;

/// <summary>The operations that a transaction is made of.</summary>
/// <example><code>await client.Kv.Txn().Then(Op.Put("a", "1"), Op.Delete("b")).CommitAsync();</code></example>
public static class Op
{
    /// <summary>Reads.</summary>
    public static RequestOp Get(EtcdBytes key, GetOptions? options = null) =>
        new() { RequestRange = (options ?? KvClient.DefaultGet).ToRequest(key) };

    /// <summary>Writes.</summary>
    public static RequestOp Put(EtcdBytes key, EtcdBytes value, PutOptions? options = null) =>
        new() { RequestPut = (options ?? KvClient.DefaultPut).ToRequest(key, value) };

    /// <summary>Deletes.</summary>
    public static RequestOp Delete(EtcdBytes key, DeleteOptions? options = null) =>
        new() { RequestDeleteRange = (options ?? KvClient.DefaultDelete).ToRequest(key) };

    /// <summary>A transaction inside the transaction.</summary>
    public static RequestOp Txn(
        IEnumerable<Compare> when, IEnumerable<RequestOp> then, IEnumerable<RequestOp>? otherwise = null) =>
        new()
        {
            RequestTxn = new TxnRequest { Compare = { when }, Success = { then }, Failure = { otherwise ?? [] } },
        };
}
