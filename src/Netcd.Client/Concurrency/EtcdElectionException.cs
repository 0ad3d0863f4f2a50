namespace Netcd.Client;

/// <summary>An election has no leader, or another one than the caller thought.</summary>
/// <example><code>catch (EtcdElectionException problem) { Console.WriteLine(problem.Message); }</code></example>
public sealed class EtcdElectionException(string message) : Exception(message);
