namespace Netcd.Client;

/// <summary>An attempt of a call or a stream that failed, for a log; the call itself may still succeed.</summary>
/// <param name="Endpoint">Where it went.</param>
/// <param name="Path"><c>/package.Service/Method</c>.</param>
/// <param name="Attempt">0 for the first.</param>
/// <param name="Code">gRPC code.</param>
/// <param name="Error">
/// The error as Go prints it. An attempt that could not connect counts once, when the call's time is over.
/// </param>
/// <example>
/// <code>
/// new EtcdClientOptions
/// {
///     Endpoints = endpoints,
///     AttemptFailed = attempt => Console.Error.WriteLine($"{attempt.Endpoint} {attempt.Path}: {attempt.Error}"),
/// }
/// </code>
/// </example>
public sealed record FailedAttempt(string Endpoint, string Path, int Attempt, StatusCode Code, string Error);
