using BenchmarkDotNet.Attributes;

namespace Netcd.Benchmarks.Http2;

/// <summary>One small unary request through the codec: frames, header block, answer; no sockets, no gRPC.</summary>
[MemoryDiagnoser]
public class UnaryRequestBenchmarks
{
    private const int Requests = 100;

    private readonly UnaryServer _indexed = new(Requests, changesTimeout: false);
    private readonly UnaryServer _changing = new(Requests, changesTimeout: true);
    private readonly UnaryServer _single = new(1, changesTimeout: false);

    [Benchmark(OperationsPerInvoke = Requests)]
    public int Batch() => _indexed.Run();

    [Benchmark(OperationsPerInvoke = Requests)]
    public int BatchWithLiteralHeaders() => _changing.Run();

    [Benchmark]
    public int Single() => _single.Run();
}
