namespace Netcd.Client;

/// <summary>A name has no SRV records, or no name server answers; the message is Go's.</summary>
/// <param name="message">Name, server and reason.</param>
/// <param name="innerException">What was seen below.</param>
/// <example>
/// <code>
/// try
/// {
///     await new ServiceRecords().LookUpAsync("_etcd-client._tcp.nowhere.test");
/// }
/// catch (ServiceRecordException problem)
/// {
///     Console.WriteLine(problem.Message); // lookup _etcd-client._tcp.nowhere.test on 10.0.0.2:53: no such host
/// }
/// </code>
/// </example>
public sealed class ServiceRecordException(string message, Exception? innerException = null)
    : Exception(message, innerException);
