namespace Netcd.Http2.Policy;

/// <summary>When to PING a silent client and when to give it up.</summary>
internal struct Keepalive(Http2Settings settings)
{
    private readonly long _interval = Timestamps.Of(settings.KeepaliveInterval, settings.TimestampFrequency);
    private readonly long _timeout = Timestamps.Of(settings.KeepaliveTimeout, settings.TimestampFrequency);
    private long _lastRead;
    private long _pingSent;
    private bool _isPingOut;

    /// <summary>Bytes came; any of them prove that the client lives.</summary>
    public void OnRead(long now)
    {
        _lastRead = now;
        _isPingOut = false;
    }

    /// <summary>What to do now.</summary>
    /// <param name="now">Timestamp.</param>
    /// <param name="sendPing">A PING is due.</param>
    /// <param name="next">When to ask again.</param>
    /// <returns>False when the client is gone.</returns>
    public bool TryTick(long now, out bool sendPing, out long next)
    {
        sendPing = false;
        next = long.MaxValue;
        if (_interval == 0)
        {
            return true;
        }

        if (_isPingOut)
        {
            next = _pingSent + _timeout;
            return now < next;
        }

        next = _lastRead + _interval;
        if (now >= next)
        {
            sendPing = true;
            _isPingOut = true;
            _pingSent = now;
            next = now + _timeout;
        }

        return true;
    }
}
