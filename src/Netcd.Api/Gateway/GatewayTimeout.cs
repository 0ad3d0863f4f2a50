using System.Globalization;

namespace Netcd.Api.Gateway;

/// <summary>
/// The <c>Grpc-Timeout</c> header as the gateway reads it, which is more freely than a gRPC server does: signed and of
/// any length (grpc-gateway, runtime/context.go, timeoutDecode).
/// </summary>
internal static class GatewayTimeout
{
    // Longer ones are no limit in practice, and timers take no more.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    /// <summary>Null for no limit; zero or less is over already.</summary>
    public static bool TryParse(string text, out TimeSpan? timeout)
    {
        timeout = null;
        if (text.Length == 0)
        {
            return true;
        }

        long? nanoseconds = text[^1] switch
        {
            'H' => 3_600_000_000_000,
            'M' => 60_000_000_000,
            'S' => 1_000_000_000,
            'm' => 1_000_000,
            'u' => 1000,
            'n' => 1,
            _ => null,
        };
        if (nanoseconds is not { } unit
            || !long.TryParse(
                text.AsSpan(0, text.Length - 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
                out var count))
        {
            return false;
        }

        // As in Go, too long a time wraps around and may be over before it begins.
        var total = TimeSpan.FromTicks(unchecked(count * unit) / TimeSpan.NanosecondsPerTick);
        timeout = count == 0 || total > Longest ? null : total;
        return true;
    }
}
