namespace Netcd.Load.Workloads;

/// <summary>One kind of request, made again and again.</summary>
/// <param name="Path">The gRPC method.</param>
/// <param name="Request">Makes the n-th request's message.</param>
internal sealed record Workload(string Path, Func<int, byte[]> Request);
