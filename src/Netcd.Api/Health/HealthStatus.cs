namespace Netcd.Api.Health;

/// <summary>Encoded grpc.health.v1 answers.</summary>
internal static class HealthStatus
{
    /// <summary>HealthCheckResponse { status: SERVICE_UNKNOWN }.</summary>
    public static ReadOnlySpan<byte> ServiceUnknown => [0x08, 0x03];

    /// <summary>HealthCheckResponse { status: SERVING or NOT_SERVING }.</summary>
    public static ReadOnlySpan<byte> Of(bool isServing) => isServing ? [0x08, 0x01] : [0x08, 0x02];

    /// <summary>HealthListResponse { statuses: { "": { status } } }.</summary>
    public static ReadOnlySpan<byte> ListOf(bool isServing) => isServing
        ? [0x0A, 0x06, 0x0A, 0x00, 0x12, 0x02, 0x08, 0x01]
        : [0x0A, 0x06, 0x0A, 0x00, 0x12, 0x02, 0x08, 0x02];
}
