namespace Netcd.Http2.Streams;

/// <summary>Counts the bytes of complete answers that wait for window.</summary>
internal sealed class SendQueue(int bytesMax)
{
    private readonly int _bytesMax = bytesMax;
    private long _bytes;
    private bool _wasFull;

    public bool IsFull => _bytes >= _bytesMax;

    /// <summary>So much is waiting that no new stream is taken.</summary>
    public bool IsOverfull => _bytes >= (long)_bytesMax * Limits.SendQueueRefuseFactor;

    public void Add(int bytes)
    {
        _bytes += bytes;
        _wasFull |= IsFull;
    }

    public void Remove(int bytes) => _bytes -= bytes;

    /// <summary>Whether <see cref="TakeDrained"/> will say yes.</summary>
    public bool IsDrainDue => _wasFull && _bytes <= _bytesMax / 2;

    /// <summary>True once after the queue went from full to half full.</summary>
    public bool TakeDrained()
    {
        if (!IsDrainDue)
        {
            return false;
        }

        _wasFull = false;
        return true;
    }
}
