namespace Netcd.Api.Health;

/// <summary>Encoded grpc.health.v1 answers.</summary>
internal static class HealthStatus
{
    /// <summary>HealthCheckResponse { status: SERVING }.</summary>
    public static ReadOnlySpan<byte> Serving => [0x08, 0x01];

    /// <summary>HealthCheckResponse { status: SERVICE_UNKNOWN }.</summary>
    public static ReadOnlySpan<byte> ServiceUnknown => [0x08, 0x03];

    /// <summary>HealthListResponse { statuses: { "": { status: SERVING } } }.</summary>
    public static ReadOnlySpan<byte> List => [0x0A, 0x06, 0x0A, 0x00, 0x12, 0x02, 0x08, 0x01];
}
