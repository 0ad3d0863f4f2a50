namespace Netcd.Client.Calls;

/// <summary>One method of the API.</summary>
internal sealed record Rpc<TResponse>(string Path, MessageParser<TResponse> Parser, RetryClass Retry)
    where TResponse : IMessage<TResponse>;
