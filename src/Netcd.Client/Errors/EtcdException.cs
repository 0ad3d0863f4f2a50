namespace Netcd.Client;

/// <summary>
/// A call failed. The message is what etcd's Go client prints: the server's own text for errors of etcd, otherwise
/// <c>rpc error: code = ... desc = ...</c>, or <c>context deadline exceeded</c> when the call's time ran out.
/// A call that its caller cancels throws <see cref="OperationCanceledException"/> instead.
/// </summary>
/// <example>
/// <code>
/// try
/// {
///     await client.Kv.GetAsync("key", new GetOptions { Revision = 1 });
/// }
/// catch (EtcdException problem) when (problem.Is(EtcdErrors.Compacted))
/// {
///     // That revision is gone: read the newest one.
/// }
/// </code>
/// </example>
public class EtcdException : Exception
{
    /// <summary>Makes the exception for a status.</summary>
    /// <param name="code">gRPC code.</param>
    /// <param name="description">The server's text.</param>
    /// <param name="inner">What was seen below, if something was.</param>
    public EtcdException(StatusCode code, string description, Exception? inner = null)
        : this(code, description, TextOf(code, description), inner)
    {
    }

    private EtcdException(StatusCode code, string description, string message, Exception? inner)
        : base(message, inner)
    {
        Code = code;
        Description = description;
    }

    /// <summary>gRPC code.</summary>
    public StatusCode Code { get; }

    /// <summary>The server's text, without a prefix.</summary>
    public string Description { get; }

    /// <summary>Whether this is one of the errors listed in <see cref="EtcdErrors"/>.</summary>
    public bool Is(string description) => string.Equals(Description, description, StringComparison.Ordinal);

    internal static EtcdException DeadlineExceeded(Exception? inner = null) =>
        new(StatusCode.DeadlineExceeded, "context deadline exceeded", inner);

    /// <summary>
    /// The refusal of a watch that was to begin. Its reason is a status in words if the server asked whether the caller
    /// may; Go's client hands it on as it came.
    /// </summary>
    internal static EtcdException WatchRefused(string reason)
    {
        const string Start = "rpc error: code = ";
        const string Middle = " desc = ";
        var middle = reason.IndexOf(Middle, StringComparison.Ordinal);
        return middle > Start.Length && reason.StartsWith(Start, StringComparison.Ordinal)
            && Enum.TryParse<StatusCode>(reason.AsSpan(Start.Length..middle), out var code)
                ? new EtcdException(code, reason[(middle + Middle.Length)..], reason, null)
                : new EtcdException(StatusCode.FailedPrecondition, reason, reason, null);
    }

    private static string TextOf(StatusCode code, string description) =>
        EtcdErrors.IsKnown(description)
        || (code == StatusCode.DeadlineExceeded && description == "context deadline exceeded")
            ? description
            : $"rpc error: code = {code} desc = {description}";
}
