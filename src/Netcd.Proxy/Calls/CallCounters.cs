using Netcd.Base.Metrics;

namespace Netcd.Proxy.Calls;

/// <summary>The calls of all methods, counted.</summary>
internal sealed class CallCounters
{
    public CounterFamily Started { get; } = new("grpc_method", "grpc_service", "grpc_type");

    public CounterFamily Received { get; } = new("grpc_method", "grpc_service", "grpc_type");

    public CounterFamily Sent { get; } = new("grpc_method", "grpc_service", "grpc_type");

    public CounterFamily Handled { get; } = new("grpc_code", "grpc_method", "grpc_service", "grpc_type");
}
