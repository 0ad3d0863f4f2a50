using System.Globalization;
using System.Text.Json;
using Netcd.Peer.Connections;

namespace Netcd.Peer.Probing;

/// <summary>
/// Asks one peer every few seconds whether it is there (rafthttp's prober): round trips for the metrics, a warning when
/// the clocks differ. Nothing is decided by it. Probes do not overlap.
/// </summary>
internal sealed class Prober(PeerLink peer, PeerContext context)
{
    private int _isProbing;
    private bool _isHealthy = true;

    /// <summary>A probe is due; does nothing while the one before is under way.</summary>
    public void Probe()
    {
        if (Interlocked.Exchange(ref _isProbing, 1) == 0)
        {
            _ = ProbeAsync();
        }
    }

    /// <summary>How far the peer's clock is from ours; null when the answer is malformed.</summary>
    internal static TimeSpan? ClockDifference(byte[] answer, DateTimeOffset sent, TimeSpan roundTrip)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.GetProperty("OK").GetBoolean()
                && DateTimeOffset.TryParse(
                    document.RootElement.GetProperty("Now").GetString(), CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal, out var now)
                ? now - sent - (roundTrip / 2)
                : null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException
            or KeyNotFoundException)
        {
            return null;
        }
    }

    private async Task ProbeAsync()
    {
        try
        {
            if (peer.Urls.Pick() is { } url)
            {
                await ProbeAsync(url);
            }
        }
        finally
        {
            Volatile.Write(ref _isProbing, 0);
        }
    }

    private async Task ProbeAsync(PeerUrl url)
    {
        var sent = context.Time.GetUtcNow();
        var started = context.Time.GetTimestamp();
        string problem;
        try
        {
            using var limit = new CancellationTokenSource(Limits.ReadTimeout, context.Time);
            using var request = PeerHttp.Request(HttpMethod.Get, url, "/raft/probing");
            using var response = await context.Http.SendAsync(request, limit.Token);
            var body = await PeerHttp.ReadBodyAsync(response.Content, Limits.ErrorBytesMax, limit.Token);
            var roundTrip = context.Time.GetElapsedTime(started);
            if (body is not null && ClockDifference(body, sent, roundTrip) is { } difference)
            {
                _isHealthy = true;
                context.Metrics.RoundTrip(peer.Name).Observe(roundTrip.TotalSeconds);
                if (difference.Duration() > Limits.ClockDifferenceMax)
                {
                    Log.ClockDrift(context.Logger, peer.Id, difference, roundTrip);
                }

                return;
            }

            problem = $"unexpected answer, status {(int)response.StatusCode}";
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException
            or ObjectDisposedException)
        {
            problem = error.Message;
        }

        // Once for each time that it gets worse.
        if (_isHealthy)
        {
            _isHealthy = false;
            Log.Unhealthy(context.Logger, peer.Id, problem);
        }
    }
}
