namespace Netcd.Http2.Policy;

/// <summary>
/// Whether a client's PINGs keep to the policy, counted as grpc-go does (internal/transport/http2_server.go,
/// handlePing): a PING too soon after the one before is a strike; headers or data sent since then wipe strikes out,
/// since clients measure bandwidth with PINGs while they receive.
/// </summary>
internal struct PingStrikes(Http2Settings settings)
{
    private readonly long _minTime = Ticks(settings, settings.KeepaliveMinTime);
    private readonly long _idleMinTime = Ticks(settings, Limits.IdlePingMinTime);
    private readonly bool _permitWithoutStream = settings.KeepalivePermitWithoutStream;
    private bool _sentSince;
    private bool _pinged;
    private int _strikes;
    private long _lastPing;

    /// <summary>Headers or data were sent.</summary>
    public void OnSent() => _sentSince = true;

    /// <summary>A PING came; false when it is one too many.</summary>
    public bool TryPing(long now, int openStreams)
    {
        if (_minTime == 0)
        {
            return true;
        }

        if (_sentSince)
        {
            _sentSince = false;
            _strikes = 0;
        }
        else if (_pinged)
        {
            var minTime = openStreams == 0 && !_permitWithoutStream ? _idleMinTime : _minTime;
            _strikes += now - _lastPing < minTime ? 1 : 0;
        }

        _pinged = true;
        _lastPing = now;
        return _strikes <= Limits.PingStrikesMax;
    }

    private static long Ticks(Http2Settings settings, TimeSpan time) =>
        Timestamps.Of(time, settings.TimestampFrequency);
}
