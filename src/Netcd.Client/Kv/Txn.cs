namespace Netcd.Client;

/// <summary>
/// A transaction in the making: if all conditions hold, the first list of operations is done, otherwise the second;
/// all at one revision. Each part is given at most once, in this order.
/// </summary>
/// <example>
/// <code>
/// var answer = await client.Kv.Txn()
///     .If(Cmp.Value("key").EqualTo("old"))
///     .Then(Op.Put("key", "new"))
///     .Else(Op.Get("key"))
///     .CommitAsync();
/// if (!answer.Succeeded)
/// {
///     Console.WriteLine(answer.Responses[0].ResponseRange.Kvs[0].Value.ToStringUtf8());
/// }
/// </code>
/// </example>
public sealed class Txn
{
    private readonly KvClient _kv;
    private readonly TxnRequest _request = new();
    private Part _last = Part.None;

    internal Txn(KvClient kv) => _kv = kv;

    private enum Part
    {
        None,
        If,
        Then,
        Else,
    }

    /// <summary>The conditions; without any the first list is done.</summary>
    public Txn If(params ReadOnlySpan<Compare> conditions)
    {
        Enter(Part.If);
        foreach (var condition in conditions)
        {
            _request.Compare.Add(condition);
        }

        return this;
    }

    /// <summary>What is done if all conditions hold.</summary>
    public Txn Then(params ReadOnlySpan<RequestOp> operations)
    {
        Enter(Part.Then);
        foreach (var operation in operations)
        {
            _request.Success.Add(operation);
        }

        return this;
    }

    /// <summary>What is done if one condition does not hold.</summary>
    public Txn Else(params ReadOnlySpan<RequestOp> operations)
    {
        Enter(Part.Else);
        foreach (var operation in operations)
        {
            _request.Failure.Add(operation);
        }

        return this;
    }

    /// <summary>Sends the transaction.</summary>
    /// <exception cref="EtcdException">It was refused, or its outcome is unknown (code Unavailable or
    /// DeadlineExceeded).</exception>
    public Task<TxnResponse> CommitAsync(CancellationToken cancellationToken = default) =>
        _kv.TxnAsync(_request, cancellationToken);

    private void Enter(Part part)
    {
        if (part <= _last)
        {
            throw new InvalidOperationException(
                part == _last ? $"cannot call {part} twice!" : $"cannot call {part} after {_last}!");
        }

        _last = part;
    }
}
