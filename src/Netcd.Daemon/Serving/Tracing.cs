using System.Runtime.CompilerServices;
using Netcd.Api.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Netcd.Daemon.Serving;

/// <summary>
/// Sends spans to a collector (<c>--enable-distributed-tracing</c>). Upstream: server/embed/config_tracing.go.
/// </summary>
internal static class Tracing
{
    private const double RateMax = 1_000_000;

    /// <summary>Null when it is off; nothing of it is loaded then. Disposing sends what is left.</summary>
    public static IDisposable? Start(DaemonOptions options) => options.Either("enable-distributed-tracing")
        ? Open(options)
        : null;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TracerProvider Open(DaemonOptions options)
    {
        var rate = options.IntegerOrOld("distributed-tracing-sampling-rate");
        Sampler root = rate == 0 ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(rate / RateMax);
        var service = ResourceBuilder.CreateEmpty();
        var instance = options.TextOrOld("distributed-tracing-instance-id");
        service.AddService(
            options.TextOrOld("distributed-tracing-service-name"),
            autoGenerateServiceInstanceId: false,
            serviceInstanceId: instance.Length > 0 ? instance : null);
        return Sdk.CreateTracerProviderBuilder()
            .AddSource(CallWatch.SourceName)
            .SetSampler(new ParentBasedSampler(root))
            .SetResourceBuilder(service)
            .AddOtlpExporter(exporter =>
            {
                exporter.Protocol = OtlpExportProtocol.Grpc;
                exporter.Endpoint = new Uri($"http://{options.TextOrOld("distributed-tracing-address")}");
            })
            .Build();
    }
}
