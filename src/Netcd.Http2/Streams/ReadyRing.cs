namespace Netcd.Http2.Streams;

/// <summary>Streams with body to send, each in turn: a doubly linked list through the streams themselves.</summary>
internal sealed class ReadyRing
{
    private Http2Stream? _last;

    public Http2Stream? First { get; private set; }

    public void AddLast(Http2Stream stream)
    {
        if (stream.IsReady)
        {
            return;
        }

        stream.IsReady = true;
        stream.PreviousReady = _last;
        stream.NextReady = null;
        if (_last is null)
        {
            First = stream;
        }
        else
        {
            _last.NextReady = stream;
        }

        _last = stream;
    }

    public void Remove(Http2Stream stream)
    {
        if (!stream.IsReady)
        {
            return;
        }

        stream.IsReady = false;
        if (stream.PreviousReady is null)
        {
            First = stream.NextReady;
        }
        else
        {
            stream.PreviousReady.NextReady = stream.NextReady;
        }

        if (stream.NextReady is null)
        {
            _last = stream.PreviousReady;
        }
        else
        {
            stream.NextReady.PreviousReady = stream.PreviousReady;
        }

        stream.NextReady = null;
        stream.PreviousReady = null;
    }
}
