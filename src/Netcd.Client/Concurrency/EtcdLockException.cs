namespace Netcd.Client;

/// <summary>A lock cannot be had or given up: its session has expired, or it is not held.</summary>
/// <example><code>catch (EtcdLockException problem) { Console.WriteLine(problem.Message); }</code></example>
public sealed class EtcdLockException(string message) : Exception(message);
